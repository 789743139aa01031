//! The packet that an ICMP error quotes: whose error it is.

use crate::{
    connection::Rejection,
    first_fragment::label_of_first,
    fragment::Position,
    outcome::{Limit, Stop},
    packet::Packet,
    protocol::{Class, Protocol},
    tables::Tables,
    transport::{tcp_class, tcp_entries, udp_class},
    wire::{Bound, Family, Upper, ipv4, ipv6, number},
};

/// The protocol of the packet quoted at `start`, of which the bytes up to `end` are there.
///
/// The first eight bytes of the transport header are all that RFC 792 promises: ports are enough, flags
/// are not looked at, and of two known ports the destination decides.
#[inline(always)]
pub(crate) fn judge<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    family: Family,
    start: usize,
    end: usize,
) -> Quote {
    let ip = match family {
        Family::V4 => ipv4::walk(packet, start, Bound::Within(end)),
        Family::V6 => ipv6::walk(packet, start, Bound::Within(end)),
    };
    if matches!(ip.position, Position::Later) {
        return Quote::of(label_of_first(packet, tables, start, &ip).class);
    }
    match (ip.upper, family) {
        (Upper::Stop(stop), _) => Quote { class: stop.class(), limit: stop.limit(), tcp: None },
        (Upper::Protocol(number::ICMP), Family::V4) => Quote::of(Protocol::ICMP.to_server()),
        (Upper::Protocol(number::ICMPV6), Family::V6) => Quote::of(Protocol::ICMPV6.to_server()),
        (Upper::Protocol(upper @ (number::TCP | number::UDP)), _) => {
            let class = by_ports(packet, tables, upper, ip.payload, end);
            let tcp = if upper == number::TCP { Rejection::new(ip.start, ip.payload) } else { None };
            Quote { tcp, ..Quote::of(class) }
        }
        (Upper::Protocol(_), _) => Quote::of(Stop::IpOther.class()),
    }
}

/// What a quote says.
#[derive(Clone, Copy)]
pub(crate) struct Quote {
    /// Class of the quoted packet.
    pub(crate) class: Class,
    /// The bound that the parser ran into on its way through the quote.
    pub(crate) limit: Option<Limit>,
    /// Where the headers of a TCP packet stand.
    pub(crate) tcp: Option<Rejection>,
}

impl Quote {
    #[inline(always)]
    const fn of(class: Class) -> Self {
        Self { class, limit: None, tcp: None }
    }
}

/// The class by the ports at `offset`; malformed where the quote ends before them.
#[inline(always)]
fn by_ports<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    upper: u8,
    offset: usize,
    end: usize,
) -> Class {
    let ports = if offset + 4 > end { None } else { packet.read(offset) };
    let Some([a, b, c, d]) = ports else { return Stop::Malformed.class() };
    let (source, destination) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    if upper == number::UDP {
        udp_class(tables, source, destination)
    } else {
        let (from, to) = tcp_entries(tables, source, destination);
        tcp_class(from, to, true, 0)
    }
}
