//! From ports to a class, for packets and for the quotes of ICMP errors.

use crate::{
    ports::{PortEntry, Transport},
    protocol::Class,
    tables::Tables,
    wire::tcp::{flag, is_syn_ack},
};

/// What the port table says of a TCP packet's source and destination.
#[inline(always)]
pub(crate) fn tcp_entries<T: Tables>(tables: &T, source: u16, destination: u16) -> (PortEntry, PortEntry) {
    (tables.port(Transport::Tcp, source), tables.port(Transport::Tcp, destination))
}

/// The class of a TCP packet.
#[inline(always)]
pub(crate) fn tcp_class(from: PortEntry, to: PortEntry, ports_differ: bool, flags: u8) -> Class {
    if is_syn_ack(flags) && ports_differ {
        PortEntry::select_syn_ack(Transport::Tcp, from, to)
    } else {
        PortEntry::select(Transport::Tcp, from, to)
    }
}

/// Whether more than counting may have to be done about a TCP packet: it is of a control connection, or of a session that
/// is listened to, or a port of its is one that endpoints share, or it begins a connection, or decides about one.
#[inline(always)]
pub(crate) fn is_tracked(from: PortEntry, to: PortEntry, flags: u8) -> bool {
    PortEntry::are_looked_at(from, to) || flags & (flag::SYN | flag::RST) != 0
}

/// The class of a UDP packet between two ports.
#[inline(always)]
pub(crate) fn udp_class<T: Tables>(tables: &T, source: u16, destination: u16) -> Class {
    let from = tables.port(Transport::Udp, source);
    let to = tables.port(Transport::Udp, destination);
    PortEntry::select(Transport::Udp, from, to)
}
