//! From ports to a class, for packets and for the quotes of ICMP errors.

use crate::{
    ports::{PortEntry, Transport},
    protocol::Class,
    tables::Tables,
    wire::tcp::is_syn_ack,
};

/// The class of a TCP packet between two ports.
#[inline(always)]
pub(crate) fn tcp_class<T: Tables>(tables: &T, source: u16, destination: u16, flags: u8) -> Class {
    let from = tables.port(Transport::Tcp, source);
    let to = tables.port(Transport::Tcp, destination);
    if is_syn_ack(flags) && source != destination {
        PortEntry::select_syn_ack(Transport::Tcp, from, to)
    } else {
        PortEntry::select(Transport::Tcp, from, to)
    }
}

/// The class of a UDP packet between two ports.
#[inline(always)]
pub(crate) fn udp_class<T: Tables>(tables: &T, source: u16, destination: u16) -> Class {
    let from = tables.port(Transport::Udp, source);
    let to = tables.port(Transport::Udp, destination);
    PortEntry::select(Transport::Udp, from, to)
}
