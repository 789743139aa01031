//! The port table: the class of every TCP and UDP port.
//!
//! An entry holds the class of packets to the port and of packets from it, combined by arithmetic: in random
//! traffic a mispredicted branch costs more than the whole selection.

use crate::protocol::{Class, Protocol};

/// Number of entries in one transport's table.
pub const PORTS: usize = 65_536;

/// Transport protocols with ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// TCP (RFC 9293).
    Tcp,
    /// UDP (RFC 768).
    Udp,
}

impl Transport {
    /// Returns the class of a packet without a known port.
    #[inline(always)]
    #[must_use]
    pub const fn other(self) -> Class {
        match self {
            Self::Tcp => Protocol::TCP_OTHER.to_server(),
            Self::Udp => Protocol::UDP_OTHER.to_server(),
        }
    }
}

/// Entry of a port.
///
/// | bits | content |
/// | --- | --- |
/// | 0–7 | class of a packet to the port, relative to [`Transport::other`] |
/// | 8–15 | `0xff` if the port is known |
/// | 16–22 | class of a packet from the port, relative to [`Transport::other`] |
/// | 23 | [`INSPECTED`]: sessions of the port are inspected |
/// | 24–30 | FTP data endpoints with this number, up to [`COUNTED`] |
/// | 31 | [`TRACKED`]: packets of the port are tracked, whatever the count is |
///
/// 0 is an unknown port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct PortEntry(pub u32);

const KNOWN: u32 = 0xff << 8;
const COUNT: u32 = 0x7f << 24;

/// One endpoint in an entry's count.
pub const ENDPOINT: u32 = 1 << 24;

/// Bit: the port's packets are tracked. It is an FTP port, or had more endpoints than are counted.
pub const TRACKED: u32 = 1 << 31;

/// Bit: the port's sessions are inspected.
pub const INSPECTED: u32 = 1 << 23;

/// Maximum counted endpoints of one port. With more, [`TRACKED`] is set and stays. The count has spare bits
/// for CPUs that add at the same moment.
pub const COUNTED: u32 = 64;

impl PortEntry {
    /// Creates the entry of a port of `protocol`. A port assigned to `tcp_other` or `udp_other` equals an
    /// unknown port.
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
        let inspected = protocol.has_session() && matches!(transport, Transport::Tcp);
        let inspected = if inspected { INSPECTED } else { 0 };
        Self(to | KNOWN | from << 16 | inspected | tracked)
    }

    /// Returns an entry with another's protocol; the endpoint count stays.
    #[must_use]
    pub const fn become_of(self, other: Self) -> Self {
        Self(other.0 | self.0 & (TRACKED | COUNT))
    }

    /// Returns the counted endpoints of this port.
    #[inline(always)]
    #[must_use]
    pub const fn endpoints(self) -> u32 {
        (self.0 & COUNT) / ENDPOINT
    }

    /// Returns whether the port is tracked regardless of its count.
    #[inline(always)]
    #[must_use]
    pub const fn is_tracked(self) -> bool {
        self.0 & TRACKED != 0
    }

    /// Returns whether the FTP tracking needs a packet between two ports.
    #[inline(always)]
    #[must_use]
    pub const fn are_tracked(source: Self, destination: Self) -> bool {
        (source.0 | destination.0) & (TRACKED | COUNT) != 0
    }

    /// Returns whether a packet between two ports may need more than counting.
    #[inline(always)]
    #[must_use]
    pub const fn are_looked_at(source: Self, destination: Self) -> bool {
        (source.0 | destination.0) & (TRACKED | COUNT | INSPECTED) != 0
    }

    /// Returns whether an endpoint may have this port. A port of a protocol has none but those that are counted.
    #[inline(always)]
    #[must_use]
    pub const fn has_endpoints(self) -> bool {
        self.0 & COUNT != 0 || self.0 & (TRACKED | KNOWN) == TRACKED
    }

    /// Returns whether the port belongs to a protocol.
    #[inline(always)]
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 & KNOWN != 0
    }

    /// Returns the class of a packet between two ports: the destination decides, then the source.
    #[inline(always)]
    #[must_use]
    pub const fn select(transport: Transport, source: Self, destination: Self) -> Class {
        let to = destination.0 & 0xff;
        let from = (source.0 >> 16) & 0x7f & !(destination.0 >> 8);
        transport.other().further(to | from)
    }

    /// Returns the class of a SYN-ACK, which only a server sends: the source decides, then the destination.
    #[inline(always)]
    #[must_use]
    pub const fn select_syn_ack(transport: Transport, source: Self, destination: Self) -> Class {
        let from = (source.0 >> 16) & 0x7f;
        let to = destination.0 & 0xff & !(source.0 >> 8);
        transport.other().further(to | from)
    }
}

/// Value of the port map: the entries of both transports.
#[repr(C)]
pub struct PortTable {
    /// Entries by TCP port in network order. Port 0 is reserved (RFC 6335 §6) and its entry always 0, a
    /// number that the verifier does not know: see [`crate::packet::Packet::barrier`].
    pub tcp: [PortEntry; PORTS],
    /// Entries by UDP port in network order.
    pub udp: [PortEntry; PORTS],
}

/// Ports with a default class.
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
