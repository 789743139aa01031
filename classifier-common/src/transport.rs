// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! From ports to a class, for packets and for ICMP errors' quotes; and the selection of tracked TCP packets.

use crate::{
    ports::{PortEntry, Transport},
    protocol::Class,
    session::Spoken,
    tables::Tables,
    track::has_a_say,
    wire::tcp::{flag, is_syn_ack},
};

/// Returns the class of a TCP packet.
#[inline(always)]
pub(crate) fn tcp_class(from: PortEntry, to: PortEntry, ports_differ: bool, flags: u8) -> Class {
    if is_syn_ack(flags) && ports_differ {
        PortEntry::select_syn_ack(Transport::Tcp, from, to)
    } else {
        PortEntry::select(Transport::Tcp, from, to)
    }
}

/// Returns whether a TCP packet may begin or end a connection.
#[inline(always)]
#[must_use]
pub const fn is_flagged(flags: u8) -> bool {
    flags & (flag::SYN | flag::FIN | flag::RST) != 0
}

/// Returns whether a packet between two entries that [`is_flagged`] needs more than counting.
#[inline(always)]
pub(crate) fn is_tracked_by_flags<T: Tables>(
    tables: &T,
    class: Class,
    (from, to): (PortEntry, PortEntry),
    flags: u8,
) -> bool {
    let begins_or_ends = flags & (flag::SYN | flag::RST) != 0;
    is_asked_by_flags(tables, (from, to), flags) && has_a_say(class)
        || begins_or_ends
        || PortEntry::are_inspected(from, to)
}

/// Returns whether the FTP tracking needs a packet between two entries that [`is_flagged`], if its class is none that
/// the ports decide.
#[inline(always)]
pub(crate) fn is_asked_by_flags<T: Tables>(
    tables: &T,
    (from, to): (PortEntry, PortEntry),
    flags: u8,
) -> bool {
    let begins = flags & (flag::SYN | flag::ACK) == flag::SYN;
    PortEntry::are_tracked(from, to) || begins && tables.infers()
}

/// Returns whether a TCP packet between two entries, with this payload length, needs more than counting. Its
/// connection is a control connection, may be FTP data, begins or ends, or is inspected.
#[inline(always)]
pub(crate) fn is_tracked<T: Tables>(
    tables: &T,
    class: Class,
    (from, to): (PortEntry, PortEntry),
    flags: u8,
    payload: isize,
) -> bool {
    if is_flagged(flags) {
        return is_tracked_by_flags(tables, class, (from, to), flags);
    }
    PortEntry::are_looked_at(from, to)
        && (has_a_say(class) || may_be_heard(class, (from, to), flags, payload))
}

/// Returns whether a packet between two entries that is not [`is_flagged`], and whose class is not FTP data, may be a
/// listener's. The class to a server is even.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of an IP length, and above 0")]
pub(crate) fn may_be_heard(
    class: Class,
    (from, to): (PortEntry, PortEntry),
    flags: u8,
    payload: isize,
) -> bool {
    payload > 0
        && PortEntry::are_inspected(from, to)
        && Spoken::may_matter(class.index() & 1 == 0, flags, payload as u32)
}

/// Returns whether a UDP packet of this class belongs to a flow that is followed.
#[inline(always)]
pub(crate) fn is_of_flow<T: Tables>(tables: &T, class: Class) -> bool {
    tables.follows_flows() && class == Transport::Udp.other()
}

/// Returns the class of a UDP packet between two ports in network order.
#[inline(always)]
pub(crate) fn udp_class<T: Tables>(tables: &T, source: u16, destination: u16) -> Class {
    let from = tables.on_wire(Transport::Udp, source);
    let to = tables.on_wire(Transport::Udp, destination);
    PortEntry::select(Transport::Udp, from, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assigned_port::AssignedPort, fragment::FragmentKey, label::Label, protocol::Protocol};

    /// Tables by which data connections are inferred, or not.
    struct Inferring(bool);

    impl Tables for Inferring {
        fn infers(&self) -> bool {
            self.0
        }

        fn port(&self, _transport: Transport, _port: u16) -> PortEntry {
            PortEntry::default()
        }

        fn recall(&self, _key: &FragmentKey) -> Option<Label> {
            None
        }
    }

    /// Returns the ports of both sides of a connection, whether they are FTP's, and whether they are inspected.
    fn ports() -> impl Iterator<Item = (PortEntry, PortEntry, bool, bool)> {
        let entry = |protocol| AssignedPort::new(Transport::Tcp, 1, protocol).entry();
        let other = PortEntry::default();
        let known = [
            (other, false, false),
            (entry(Protocol::configured(0).expect("there are 32")), false, false),
            (entry(Protocol::FTP_CONTROL), true, true),
            (entry(Protocol::FTP_DATA_ACTIVE), true, false),
            (entry(Protocol::SMTP), false, true),
        ];
        known.into_iter().flat_map(move |(entry, ftp, inspected)| {
            [(entry, other, ftp, inspected), (other, entry, ftp, inspected)]
        })
    }

    #[test]
    fn a_segment_is_asked_for_by_ftp_or_if_it_may_begin_a_connection_that_is_inferred() {
        for flags in 0..=0x3f {
            let [syn, fin, rst, ack] =
                [flag::SYN, flag::FIN, flag::RST, flag::ACK].map(|flag| flags & flag != 0);
            assert_eq!(is_flagged(flags), syn || fin || rst, "{flags:#x}");
            for (from, to, ftp, inspected) in ports() {
                for infers in [false, true] {
                    let tables = Inferring(infers);
                    let asked = ftp || syn && !ack && infers;
                    assert_eq!(
                        is_asked_by_flags(&tables, (from, to), flags),
                        asked,
                        "{flags:#x} {from:?} {to:?}"
                    );
                    let class = tcp_class(from, to, true, flags);
                    let tracked = asked && has_a_say(class) || syn || rst || inspected;
                    assert_eq!(
                        is_tracked_by_flags(&tables, class, (from, to), flags),
                        tracked,
                        "{flags:#x} {from:?} {to:?}"
                    );
                }
            }
        }
    }
}
