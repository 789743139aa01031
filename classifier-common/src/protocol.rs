// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The protocol table: index and label of each protocol, for kernel and agent.

/// Maximum number of protocols in the counters, fixed and configured.
pub const PROTOCOLS: usize = 64;
/// Number of classes in the counters: packets to and from each protocol's server.
pub const CLASSES: usize = PROTOCOLS * 2;
/// Index of the first configured protocol.
pub const CONFIGURED_FIRST: u8 = 32;
/// Maximum number of configured protocols.
pub const CONFIGURED_MAX: usize = PROTOCOLS - CONFIGURED_FIRST as usize;

/// A protocol: its index in the table and in the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Protocol(u8);

/// Roles of a fixed protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// The protocol has the roles `to_server` and `from_server`.
    Server,
    /// The only role is `none`.
    NoServer,
}

macro_rules! fixed_protocols {
    ($($name:ident = $index:literal, $label:literal, $sides:ident, $doc:literal;)*) => {
        impl Protocol {
            $(#[doc = $doc] pub const $name: Self = Self($index);)*

            /// Protocols that exist without configuration, with their label and sides.
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
    /// Iterates over the fixed protocols with their labels, in the order of the table.
    pub fn fixed() -> impl Iterator<Item = (Self, &'static str)> {
        Self::FIXED.iter().map(|(protocol, label, _)| (*protocol, *label))
    }

    /// Returns the label of a fixed protocol; `None` for any other.
    #[must_use]
    pub fn fixed_label(self) -> Option<&'static str> {
        Self::fixed().find(|(fixed, _)| *fixed == self).map(|(_, label)| label)
    }

    /// Returns the fixed protocol with this label.
    #[must_use]
    pub fn of_fixed_label(label: &str) -> Option<Self> {
        Self::fixed().find(|(_, fixed)| *fixed == label).map(|(protocol, _)| protocol)
    }

    /// Returns whether the protocol has a server. Every configured one has.
    #[must_use]
    pub fn has_server(self) -> bool {
        !Self::FIXED.iter().any(|(fixed, _, sides)| *fixed == self && *sides == Sides::NoServer)
    }

    /// Returns whether the protocol's sessions are followed until their encryption is decided.
    #[inline(always)]
    #[must_use]
    pub const fn has_session(self) -> bool {
        const FOLLOWED: u64 = 1 << Protocol::FTP_CONTROL.index()
            | 1 << Protocol::SMTP.index()
            | 1 << Protocol::POP3.index()
            | 1 << Protocol::IMAP.index();
        FOLLOWED >> self.index() & 1 != 0
    }

    /// Returns whether sessions of the protocol may be followed: a port of a configured protocol can speak another's.
    #[inline(always)]
    #[must_use]
    pub const fn may_have_session(self) -> bool {
        self.has_session() || self.index() >= CONFIGURED_FIRST as usize
    }

    /// Iterates over the classes of the protocol: one for each role.
    pub fn classes(self) -> impl Iterator<Item = Class> {
        let roles = if self.has_server() { 2 } else { 1 };
        [self.to_server(), self.from_server()].into_iter().take(roles)
    }

    /// Returns the protocol of the `nth` configured name, `None` beyond [`CONFIGURED_MAX`].
    #[must_use]
    pub const fn configured(nth: usize) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "checked against CONFIGURED_MAX")]
        if nth < CONFIGURED_MAX { Some(Self(CONFIGURED_FIRST + nth as u8)) } else { None }
    }

    /// Returns the protocol with this index, of which only the bits below [`PROTOCOLS`] count.
    #[inline(always)]
    #[must_use]
    pub const fn from_index(index: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is below 64")]
        Self((index % PROTOCOLS) as u8)
    }

    /// Returns the row in the counters, below [`PROTOCOLS`].
    #[inline(always)]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize % PROTOCOLS
    }

    /// Returns the class of packets to the protocol's server, or the only class without a server.
    #[inline(always)]
    #[must_use]
    pub const fn to_server(self) -> Class {
        Class(self.0 * 2)
    }

    /// Returns the class of packets from the protocol's server.
    #[inline(always)]
    #[must_use]
    pub const fn from_server(self) -> Class {
        Class(self.0 * 2 + 1)
    }
}

/// Role of a packet's sender in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The client sent the packet, or both ports are the same.
    ToServer,
    /// The server sent the packet.
    FromServer,
    /// The protocol has no server.
    None,
}

impl Role {
    /// Returns the label value.
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
    /// Returns the class with this index, of which only the bits below [`CLASSES`] count.
    #[inline(always)]
    #[must_use]
    pub const fn from_index(index: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is below 128")]
        Self((index % CLASSES as u32) as u8)
    }

    /// Returns the class `rows` rows further, by an entry of the port table, which only refers to existing
    /// classes.
    #[inline(always)]
    pub(crate) const fn further(self, rows: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "an entry's classes are below 128")]
        Self((self.0 as u32 + rows) as u8)
    }

    /// Returns the row in the counters, below [`CLASSES`].
    #[inline(always)]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize % CLASSES
    }

    /// Returns the protocol.
    #[inline(always)]
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        Protocol(self.0 / 2)
    }

    /// Returns the role.
    #[must_use]
    pub fn role(self) -> Role {
        match self.protocol().has_server() {
            false => Role::None,
            true if self.0 % 2 == 1 => Role::FromServer,
            true => Role::ToServer,
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

    /// Returns the protocol at each index.
    fn all() -> impl Iterator<Item = Protocol> {
        (0..PROTOCOLS).map(Protocol::from_index)
    }

    #[test]
    fn a_number_of_a_protocol_or_a_class_counts_by_its_lowest_bits() {
        assert_eq!((PROTOCOLS, CLASSES, CONFIGURED_MAX), (64, 128, 32));
        for index in 0..3 * PROTOCOLS {
            assert_eq!(Protocol::from_index(index).index(), index % 64);
        }
        for index in 0..300 {
            assert_eq!(Class::from_index(index).index(), index as usize % 128);
        }
    }

    #[test]
    fn a_fixed_protocol_is_found_by_its_label_and_no_other_is() {
        for (protocol, label, _) in Protocol::FIXED {
            assert_eq!(protocol.fixed_label(), Some(*label));
            assert_eq!(Protocol::of_fixed_label(label), Some(*protocol));
        }
        assert_eq!(Protocol::fixed().count(), Protocol::FIXED.len());
        assert_eq!(Protocol::configured(0).unwrap().fixed_label(), None);
        assert_eq!(Protocol::of_fixed_label("http"), None);
    }

    #[test]
    fn sessions_of_ftp_and_mail_are_followed_and_those_of_configured_protocols_may_be() {
        let followed = [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP];
        for protocol in all() {
            let is_followed = followed.contains(&protocol);
            assert_eq!(protocol.has_session(), is_followed, "{protocol:?}");
            assert_eq!(protocol.may_have_session(), is_followed || protocol.index() >= 32, "{protocol:?}");
        }
    }

    #[test]
    fn a_class_has_the_protocol_and_the_role_that_it_was_made_of() {
        for protocol in all() {
            let fixed = Protocol::FIXED.iter().find(|(fixed, ..)| *fixed == protocol);
            let has_server = fixed.is_none_or(|(.., sides)| *sides == Sides::Server);
            assert_eq!(protocol.has_server(), has_server, "{protocol:?}");
            let (to, from) = (protocol.to_server(), protocol.from_server());
            assert_eq!((to.index(), from.index()), (2 * protocol.index(), 2 * protocol.index() + 1));
            assert_eq!((to.protocol(), from.protocol()), (protocol, protocol));
            let (classes, roles) = if has_server {
                (vec![to, from], [Role::ToServer, Role::FromServer])
            } else {
                (vec![to], [Role::None, Role::None])
            };
            assert_eq!(protocol.classes().collect::<Vec<_>>(), classes, "{protocol:?}");
            assert_eq!([to.role(), from.role()], roles, "{protocol:?}");
            assert_eq!(to.further(1), from);
        }
        assert_eq!(Protocol::TCP_OTHER.to_server().further(23), Protocol::SMTP.from_server());
        let labels = [Role::ToServer, Role::FromServer, Role::None].map(Role::label);
        assert_eq!(labels, ["to_server", "from_server", "none"]);
    }
}
