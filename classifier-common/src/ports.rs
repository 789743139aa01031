// SPDX-License-Identifier: MIT OR GPL-2.0-only
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
/// | 0–6 | class of a packet to the port, relative to [`Transport::other`] |
/// | 7 | lower bit of the place of [`Self::speaks`] in [`SPOKEN`] |
/// | 8–14 | `0x7f` if the port is known |
/// | 15 | upper bit of that place |
/// | 16–22 | class of a packet from the port, relative to [`Transport::other`] |
/// | 23 | [`INSPECTED`]: sessions of the port are inspected |
/// | 24–30 | FTP data endpoints with this number, up to [`COUNTED`] |
/// | 31 | [`TRACKED`]: packets of the port are tracked, whatever the count is |
///
/// 0 is an unknown port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct PortEntry(pub u32);

/// Bits of a class.
const CLASS: u32 = 0x7f;
const KNOWN: u32 = CLASS << 8;
/// Bits of a place in [`SPOKEN`].
const SPEAKS: u32 = 1 << 7 | 1 << 15;
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
    /// Creates the entry of a port of `protocol`, without sessions. A port assigned to `tcp_other` or `udp_other` equals an
    /// unknown port.
    pub(crate) const fn of(protocol: Protocol, transport: Transport) -> Self {
        let other = transport.other().index();
        if protocol.to_server().index() == other {
            return Self(0);
        }
        #[expect(clippy::cast_possible_truncation, reason = "class indices are below 128")]
        let (to, from) =
            ((protocol.to_server().index() - other) as u32, (protocol.from_server().index() - other) as u32);
        let tracked = matches!(protocol, Protocol::FTP_CONTROL | Protocol::FTP_DATA_ACTIVE);
        let tracked = if tracked && matches!(transport, Transport::Tcp) { TRACKED } else { 0 };
        Self(to | KNOWN | from << 16 | tracked)
    }

    /// Returns the entry with sessions that speak this protocol, one of [`SPOKEN`].
    pub(crate) const fn speaking(self, protocol: Protocol) -> Self {
        let place = match protocol {
            Protocol::FTP_CONTROL => 0,
            Protocol::SMTP => 1,
            Protocol::POP3 => 2,
            Protocol::IMAP => 3,
            _ => return self,
        };
        Self(self.0 & !SPEAKS | (place & 1) << 7 | (place & 2) << 14 | INSPECTED)
    }

    /// Returns the protocol that sessions of the port speak: one of [`SPOKEN`], or `tcp_other` if they are not
    /// inspected. By arithmetic, so that the verifier follows one path.
    #[inline(always)]
    #[must_use]
    pub const fn speaks(self) -> Protocol {
        const FIRST: usize = Protocol::FTP_CONTROL.index();
        const DATA: usize = Protocol::SMTP.index() - FIRST - 1;
        let (lower, upper) = ((self.0 >> 7 & 1) as usize, (self.0 >> 15 & 1) as usize);
        let index = FIRST + lower + 2 * upper + (lower | upper) * DATA;
        Protocol::from_index(index * (self.0 >> 23 & 1) as usize)
    }

    /// Returns whether a packet between two ports may belong to an inspected session.
    #[inline(always)]
    #[must_use]
    pub const fn are_inspected(source: Self, destination: Self) -> bool {
        (source.0 | destination.0) & INSPECTED != 0
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
        let to = destination.0 & CLASS;
        let from = (source.0 >> 16) & CLASS & !(destination.0 >> 8);
        transport.other().further(to | from)
    }

    /// Returns the class of a SYN-ACK, which only a server sends: the source decides, then the destination.
    #[inline(always)]
    #[must_use]
    pub const fn select_syn_ack(transport: Transport, source: Self, destination: Self) -> Class {
        let from = (source.0 >> 16) & CLASS;
        let to = destination.0 & CLASS & !(source.0 >> 8);
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

/// Protocols whose sessions can be followed.
pub const SPOKEN: [Protocol; 4] = [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP];

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
    fn what_a_port_speaks_is_read_back_and_changes_no_class() {
        let names = [Protocol::SMTP, Protocol::configured(0).unwrap(), Protocol::configured(31).unwrap()];
        for (entry, spoken) in names.into_iter().flat_map(|name| SPOKEN.map(|spoken| (tcp(name), spoken))) {
            let speaking = entry.speaking(spoken);
            assert_eq!((entry.speaks(), speaking.speaks()), (Protocol::TCP_OTHER, spoken));
            assert!(!PortEntry::are_inspected(entry, UNKNOWN) && PortEntry::are_inspected(UNKNOWN, speaking));
            for other in [UNKNOWN, tcp(Protocol::IMAP)] {
                for select in [PortEntry::select, PortEntry::select_syn_ack] {
                    assert_eq!(select(Transport::Tcp, speaking, other), select(Transport::Tcp, entry, other));
                    assert_eq!(select(Transport::Tcp, other, speaking), select(Transport::Tcp, other, entry));
                }
            }
        }
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
