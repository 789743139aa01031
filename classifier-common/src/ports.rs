//! The port table: what a port number says about a packet, for all 65,536 of TCP and of UDP.
//!
//! An entry carries the class of a packet to this port and of one from it, ready to be combined by
//! arithmetic: in random traffic a mispredicted branch costs more than the whole selection.

use crate::{
    connection::is_heard,
    protocol::{Class, Protocol},
};

/// Entries of one transport's table.
pub const PORTS: usize = 65_536;

/// The transports that have ports here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

impl Transport {
    /// The class of a packet of which neither port is known.
    #[inline(always)]
    #[must_use]
    pub const fn other(self) -> Class {
        match self {
            Self::Tcp => Protocol::TCP_OTHER.to_server(),
            Self::Udp => Protocol::UDP_OTHER.to_server(),
        }
    }
}

/// What one port says: bits 0–7 the class to it, 8–15 `0xff` when it is known, 16–22 the class from it, 23 that what
/// clients say to it is listened to, 24–30 how many FTP data endpoints have this number, 31 that its packets are tracked
/// whatever their number is. Classes are relative to [`Transport::other`], so 0 is "nothing known".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct PortEntry(pub u32);

const KNOWN: u32 = 0xff << 8;
const COUNT: u32 = 0x7f << 24;

/// One endpoint in an entry's count.
pub const ENDPOINT: u32 = 1 << 24;

/// The port's packets are tracked: it is one of FTP's, or more endpoints have had it than are counted.
pub const TRACKED: u32 = 1 << 31;

/// What clients say to the port is listened to.
pub const HEARD: u32 = 1 << 23;

/// Endpoints of one number that are counted. With more, [`TRACKED`] is set and stays; the rest of the count's
/// room is for CPUs that add at the same moment.
pub const COUNTED: u32 = 64;

impl PortEntry {
    /// The entry of a port that belongs to `protocol`. One that is left to `tcp_other` or `udp_other` is as
    /// unknown as one that nobody named.
    #[must_use]
    pub const fn of(protocol: Protocol, transport: Transport) -> Self {
        let other = transport.other().index();
        if protocol.to_server().index() == other {
            return Self(0);
        }
        #[expect(clippy::cast_possible_truncation, reason = "class indices are below 128")]
        let (to, from) =
            ((protocol.to_server().index() - other) as u32, (protocol.from_server().index() - other) as u32);
        let tracked = matches!(protocol, Protocol::FTP_CONTROL | Protocol::FTP_DATA_ACTIVE);
        let tracked = if tracked && matches!(transport, Transport::Tcp) { TRACKED } else { 0 };
        let heard = is_heard(protocol) && matches!(transport, Transport::Tcp);
        let heard = if heard { HEARD } else { 0 };
        Self(to | KNOWN | from << 16 | heard | tracked)
    }

    /// This entry, as another says what belongs to its port; what it counts of endpoints stays.
    #[must_use]
    pub const fn become_of(self, other: Self) -> Self {
        Self(other.0 | self.0 & (TRACKED | COUNT))
    }

    /// The endpoints of this entry's number that are counted.
    #[inline(always)]
    #[must_use]
    pub const fn endpoints(self) -> u32 {
        (self.0 & COUNT) / ENDPOINT
    }

    /// Whether its endpoints are counted no more.
    #[inline(always)]
    #[must_use]
    pub const fn is_tracked(self) -> bool {
        self.0 & TRACKED != 0
    }

    /// Whether the FTP tracking is to look at a packet between two ports.
    #[inline(always)]
    #[must_use]
    pub const fn are_tracked(source: Self, destination: Self) -> bool {
        (source.0 | destination.0) & (TRACKED | COUNT) != 0
    }

    /// Whether anything but counting may have to be done about a packet between two ports.
    #[inline(always)]
    #[must_use]
    pub const fn are_looked_at(source: Self, destination: Self) -> bool {
        (source.0 | destination.0) & (TRACKED | COUNT | HEARD) != 0
    }

    /// Whether what clients say to the port is listened to.
    #[inline(always)]
    #[must_use]
    pub const fn is_heard(self) -> bool {
        self.0 & HEARD != 0
    }

    /// Whether an endpoint may have this entry's number.
    #[inline(always)]
    #[must_use]
    pub const fn has_endpoints(self) -> bool {
        self.0 & (TRACKED | COUNT) != 0
    }

    /// Whether the port belongs to a protocol.
    #[inline(always)]
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 & KNOWN != 0
    }

    /// The class of a packet between two ports: the destination decides, then the source.
    #[inline(always)]
    #[must_use]
    pub const fn select(transport: Transport, source: Self, destination: Self) -> Class {
        let to = destination.0 & 0xff;
        let from = (source.0 >> 16) & 0x7f & !(destination.0 >> 8);
        transport.other().further(to | from)
    }

    /// The class of a SYN-ACK, which only a server sends: the source decides, then the destination.
    #[inline(always)]
    #[must_use]
    pub const fn select_syn_ack(transport: Transport, source: Self, destination: Self) -> Class {
        let from = (source.0 >> 16) & 0x7f;
        let to = destination.0 & 0xff & !(source.0 >> 8);
        transport.other().further(to | from)
    }
}

/// The value of the port map: both transports' entries.
#[repr(C)]
pub struct PortTable {
    /// Indexed by TCP port, its two bytes as they lie in a packet. Port 0 is reserved (RFC 6335 §6) and its entry always 0, a number that the
    /// verifier does not know: see [`crate::packet::Packet::forget`].
    pub tcp: [PortEntry; PORTS],
    /// Indexed by UDP port, in the same way.
    pub udp: [PortEntry; PORTS],
}

/// The ports that are known without any configuration.
pub const DEFAULT_TCP: [(u16, Protocol); 5] = [
    (20, Protocol::FTP_DATA_ACTIVE),
    (21, Protocol::FTP_CONTROL),
    (25, Protocol::SMTP),
    (110, Protocol::POP3),
    (143, Protocol::IMAP),
];

#[cfg(test)]
mod tests {
    use super::*;

    const UNKNOWN: PortEntry = PortEntry(0);

    fn tcp(protocol: Protocol) -> PortEntry {
        PortEntry::of(protocol, Transport::Tcp)
    }

    #[test]
    fn one_known_port_decides_and_none_leaves_the_rest() {
        let smtp = tcp(Protocol::SMTP);
        assert_eq!(PortEntry::select(Transport::Tcp, UNKNOWN, smtp), Protocol::SMTP.to_server());
        assert_eq!(PortEntry::select(Transport::Tcp, smtp, UNKNOWN), Protocol::SMTP.from_server());
        assert_eq!(PortEntry::select(Transport::Tcp, UNKNOWN, UNKNOWN), Transport::Tcp.other());
        assert_eq!(PortEntry::select(Transport::Udp, UNKNOWN, UNKNOWN), Transport::Udp.other());
    }

    #[test]
    fn of_two_known_ports_the_destination_decides_but_on_syn_ack_the_source() {
        let (smtp, imap) = (tcp(Protocol::SMTP), tcp(Protocol::IMAP));
        assert_eq!(PortEntry::select(Transport::Tcp, smtp, imap), Protocol::IMAP.to_server());
        assert_eq!(PortEntry::select_syn_ack(Transport::Tcp, smtp, imap), Protocol::SMTP.from_server());
        assert_eq!(PortEntry::select_syn_ack(Transport::Tcp, UNKNOWN, imap), Protocol::IMAP.to_server());
    }

    #[test]
    fn a_port_left_to_the_rest_is_unknown() {
        assert_eq!(tcp(Protocol::TCP_OTHER), UNKNOWN);
        assert_eq!(PortEntry::of(Protocol::UDP_OTHER, Transport::Udp), UNKNOWN);
    }

    #[test]
    fn a_configured_udp_protocol_keeps_its_class() {
        let last = Protocol::configured(31).unwrap();
        let entry = PortEntry::of(last, Transport::Udp);
        assert_eq!(PortEntry::select(Transport::Udp, entry, UNKNOWN), last.from_server());
        assert_eq!(PortEntry::select(Transport::Udp, UNKNOWN, entry), last.to_server());
    }
}
