//! The one table that binds protocol, index and label, for the kernel and the agent alike.

/// Protocols that fit the counters, fixed and configured ones together.
pub const PROTOCOLS: usize = 64;
/// Classes that fit the counters: a protocol seen towards its server, and from it.
pub const CLASSES: usize = PROTOCOLS * 2;
/// Index of the first protocol that a configuration names.
pub const CONFIGURED_FIRST: u8 = 32;
/// Protocol names that a configuration may add.
pub const CONFIGURED_MAX: usize = PROTOCOLS - CONFIGURED_FIRST as usize;

/// A row of the protocol table: an index into the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Protocol(u8);

/// Whether a fixed protocol has a server, and with it the roles `to_server` and `from_server`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Both roles exist.
    Server,
    /// The only role is `none`.
    NoServer,
}

macro_rules! fixed_protocols {
    ($($name:ident = $index:literal, $label:literal, $sides:ident, $doc:literal;)*) => {
        impl Protocol {
            $(#[doc = $doc] pub const $name: Self = Self($index);)*

            /// The protocols that exist without any configuration, with their label and sides.
            pub const FIXED: &'static [(Self, &'static str, Sides)] =
                &[$((Self::$name, $label, Sides::$sides),)*];
        }
    };
}

fixed_protocols! {
    TCP_OTHER = 0, "tcp_other", NoServer, "TCP between ports that nothing is known of.";
    UDP_OTHER = 1, "udp_other", NoServer, "UDP between ports that nothing is known of.";
    IP_OTHER = 2, "ip_other", NoServer, "Any other IP protocol, tunnels by their outer header.";
    FRAGMENT = 3, "fragment", NoServer, "A later fragment whose first was not seen.";
    NON_IP = 4, "non_ip", NoServer, "Not IP: ARP, LLC, MPLS, `PPPoE`, tags past the bound.";
    MALFORMED = 5, "malformed", NoServer, "A fixed header is not whole, or contradicts itself.";
    ICMP = 6, "icmp", NoServer, "ICMP in IPv4 (RFC 792).";
    ICMPV6 = 7, "icmpv6", NoServer, "`ICMPv6` in IPv6 (RFC 4443).";
    FTP_CONTROL = 8, "ftp_control", Server, "FTP control connection, TCP 21 (RFC 959).";
    FTP_DATA_ACTIVE = 9, "ftp_data_active", Server, "FTP data, active mode: TCP 20.";
    FTP_DATA_PASSIVE = 10, "ftp_data_passive", Server, "FTP data, passive mode.";
    SMTP = 11, "smtp", Server, "Mail transfer, TCP 25 (RFC 5321).";
    POP3 = 12, "pop3", Server, "Mailbox download, TCP 110 (RFC 1939).";
    IMAP = 13, "imap", Server, "Mailbox access, TCP 143 (RFC 9051).";
}

impl Protocol {
    /// The protocol of the `nth` configured name, `None` past [`CONFIGURED_MAX`].
    #[must_use]
    pub const fn configured(nth: usize) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "checked against CONFIGURED_MAX")]
        if nth < CONFIGURED_MAX { Some(Self(CONFIGURED_FIRST + nth as u8)) } else { None }
    }

    /// The protocol with this index; the excess over [`PROTOCOLS`] is cut off.
    #[inline(always)]
    #[must_use]
    pub const fn from_index(index: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is below 64")]
        Self((index % PROTOCOLS) as u8)
    }

    /// Row in the counters, below [`PROTOCOLS`].
    #[inline(always)]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize % PROTOCOLS
    }

    /// The class of packets towards the protocol's server, or the only one where there is no server.
    #[inline(always)]
    #[must_use]
    pub const fn to_server(self) -> Class {
        Class(self.0 * 2)
    }

    /// The class of packets from the protocol's server.
    #[inline(always)]
    #[must_use]
    pub const fn from_server(self) -> Class {
        Class(self.0 * 2 + 1)
    }
}

/// Who sent a packet, seen from the protocol's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The client sent it, or both ports are the same.
    ToServer,
    /// The server sent it.
    FromServer,
    /// The protocol has no server.
    None,
}

impl Role {
    /// Label value of the role.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ToServer => "to_server",
            Self::FromServer => "from_server",
            Self::None => "none",
        }
    }
}

/// A protocol and a role in one number below [`CLASSES`]: the index of a packet's counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Class(u8);

impl Class {
    /// The class with this index; the excess over [`CLASSES`] is cut off.
    #[inline(always)]
    #[must_use]
    pub const fn from_index(index: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is below 128")]
        Self((index % CLASSES as u32) as u8)
    }

    /// The class so many rows further on, by an entry of the port table: there is one.
    #[inline(always)]
    pub(crate) const fn further(self, rows: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "an entry's classes are below 128")]
        Self((self.0 as u32 + rows) as u8)
    }

    /// Row in the counters, below [`CLASSES`].
    #[inline(always)]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize % CLASSES
    }

    /// The protocol half.
    #[inline(always)]
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        Protocol(self.0 / 2)
    }

    /// The role half.
    #[must_use]
    pub fn role(self) -> Role {
        let fixed = Protocol::FIXED.iter().find(|(protocol, ..)| *protocol == self.protocol());
        match fixed {
            Some((_, _, Sides::NoServer)) => Role::None,
            _ if self.0 % 2 == 1 => Role::FromServer,
            _ => Role::ToServer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixed_protocol_has_its_own_index_below_the_configured_ones() {
        let mut seen = std::collections::BTreeSet::new();
        for (protocol, label, _) in Protocol::FIXED {
            assert!(protocol.0 < CONFIGURED_FIRST, "{label}");
            assert!(seen.insert(protocol.0), "{label} shares an index");
        }
    }

    #[test]
    fn the_last_configured_name_still_has_both_roles() {
        let last = Protocol::configured(CONFIGURED_MAX - 1).unwrap();
        assert_eq!(last.from_server().index(), CLASSES - 1);
        assert_eq!(last.from_server().role(), Role::FromServer);
        assert_eq!(Protocol::configured(CONFIGURED_MAX), None);
    }

    #[test]
    fn a_protocol_without_a_server_has_no_role() {
        assert_eq!(Protocol::ICMP.to_server().role(), Role::None);
        assert_eq!(Protocol::SMTP.to_server().role(), Role::ToServer);
    }
}
