// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classification of the packet that an ICMP error quotes.

use crate::{
    fragment::Position,
    location::QuotedTcp,
    outcome::{Limit, Stop},
    packet::Packet,
    ports::Transport,
    protocol::{Class, Protocol},
    tables::{Tables, UNSEEN},
    transport::{tcp_class, udp_class},
    wire::{
        Bound, Family, Ip, Upper, fragment_key, ipv4, ipv6, number,
        tcp::{self, TcpHeader},
    },
};

/// Classifies the packet that an error quotes at `start`, and whose bytes end at `end`.
///
/// RFC 792 only promises the first eight bytes of the transport header. Ports are enough, flags are ignored,
/// and of two known ports the destination decides.
#[inline(always)]
pub(crate) fn classify<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    error: &Ip,
    start: usize,
    end: usize,
) -> Quote {
    let family = error.family;
    let ip = match family {
        Family::V4 => ipv4::walk(packet, start, Bound::Within(end)),
        Family::V6 => ipv6::walk(packet, start, Bound::Within(end)),
    };
    if matches!(ip.position, Position::Later) {
        // An error that is a first fragment itself needs its own key.
        if matches!(error.position, Position::Whole)
            && let Some(key) = fragment_key(packet, start, &ip)
        {
            tables.note(key);
        }
        return Quote::of(UNSEEN.class);
    }
    match (ip.upper, family) {
        (Upper::Stop(stop), _) => Quote { class: stop.class(), limit: stop.limit(), tcp: None },
        (Upper::Protocol(number::ICMP), Family::V4) => Quote::of(Protocol::ICMP.to_server()),
        (Upper::Protocol(number::ICMPV6), Family::V6) => Quote::of(Protocol::ICMPV6.to_server()),
        (Upper::Protocol(upper @ (number::TCP | number::UDP)), _) => {
            let class = by_ports(packet, tables, upper, ip.payload, end);
            let tcp = if upper == number::TCP { QuotedTcp::new(ip.start, ip.payload) } else { None };
            Quote { tcp, ..Quote::of(class) }
        }
        (Upper::Protocol(_), _) => Quote::of(Stop::IpOther.class()),
    }
}

/// Result of a quote.
#[derive(Clone, Copy)]
pub(crate) struct Quote {
    /// Class of the quoted packet.
    pub(crate) class: Class,
    /// Bound of the parser that the quote exceeds.
    pub(crate) limit: Option<Limit>,
    /// Position of a TCP packet's headers.
    pub(crate) tcp: Option<QuotedTcp>,
}

impl Quote {
    #[inline(always)]
    const fn of(class: Class) -> Self {
        Self { class, limit: None, tcp: None }
    }
}

/// Classifies by the ports at `offset`; malformed if the quote ends before them.
#[inline(always)]
fn by_ports<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    upper: u8,
    offset: usize,
    end: usize,
) -> Class {
    let header = if offset + tcp::PORTS > end { None } else { packet.read::<{ tcp::PORTS }>(offset) };
    let Some(header) = header.map(TcpHeader) else { return Stop::Malformed.class() };
    // UDP has its ports at the same offsets.
    let (source, destination) = (header.source_on_wire(), header.destination_on_wire());
    if upper == number::UDP {
        return udp_class(tables, source, destination);
    }
    let from = tables.on_wire(Transport::Tcp, source);
    let to = tables.on_wire(Transport::Tcp, destination);
    tcp_class(from, to, true, 0)
}
