// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP errors on the fast path, with the packet that they quote.

use super::{ipv4_hosts, ipv6_hosts};
use crate::{
    address::Address,
    connection::{FlowKey, rejects, row},
    icmp_types::error_row,
    location::QuotedTcp,
    outcome::{Outcome, Quoted, Stop},
    ports::Transport,
    protocol::{Class, Protocol},
    tables::Tables,
    track::may_be_data,
    transport::{tcp_class, udp_class},
    view::{Front, HeaderBytes, View},
    wire::{
        Family,
        icmp::{self, IcmpHeader},
        ipv4::{self, Ipv4Header},
        ipv6::{self, Ipv6Header},
        number,
        tcp::{self, TcpHeader},
    },
};

/// An ICMP error, and where it is.
struct IcmpError {
    /// Offset of its header from the frame's start.
    offset: usize,
    /// Bytes from its header to the end of the quote.
    end: usize,
    /// True if it rejects the connection of a quoted SYN.
    rejects: bool,
}

/// Returns the packed outcome of an ICMP error whose header is at `view`, `offset` bytes into the frame and `length`
/// bytes before its end; 0 for a shape of the slow path. It has the position of a quoted TCP packet only if the packet
/// must be tracked.
///
/// Shapes are whole packets whose IP header has its fixed length, quoted at least up to the sequence number.
#[inline(always)]
pub fn quoting<V: View, T: Tables>(family: Family, view: V, length: usize, offset: usize, tables: &T) -> u64 {
    let Some(header) = view.header::<{ icmp::HEADER }>().map(IcmpHeader) else { return 0 };
    let (kind, code) = (header.kind(), header.code());
    let Some(row) = error_row(family, kind) else { return 0 };
    let message = Outcome::message(family, kind, code);
    if message.is_redirect() {
        return 0;
    }
    let end = header.quote_end(family, icmp::HEADER, length);
    let error = IcmpError { offset, end, rejects: rejects(family, kind, code) };
    let view = view.past(icmp::HEADER);
    let quote = match family {
        Family::V4 => error.v4(view, tables),
        Family::V6 => error.v6(view, tables),
    };
    let Some((class, quoted_tcp)) = quote else { return 0 };
    Outcome { quoted: Some(Quoted::new(row, class.protocol())), quoted_tcp, ..message }.pack()
}

/// Class of a quoted packet, and its position if it must be tracked.
type Quote = (Class, Option<QuotedTcp>);

impl IcmpError {
    /// Classifies a quoted IPv4 packet.
    #[inline(always)]
    fn v4<V: View, T: Tables>(&self, view: V, tables: &T) -> Option<Quote> {
        const BYTES: usize = ipv4::HEADER + tcp::QUOTED;
        let front = view.front::<BYTES>()?;
        let ip = Ipv4Header(front.part::<0, { ipv4::HEADER }>());
        let is_plain = ip.version() == 4 && ip.header_length() == ipv4::HEADER && !ip.is_fragment();
        if !is_plain || self.end < icmp::HEADER + BYTES {
            return None;
        }
        match ip.protocol() {
            number::ICMP => Some((Protocol::ICMP.to_server(), None)),
            number::AUTHENTICATION => None,
            upper => {
                let ports = TcpHeader(front.part::<{ ipv4::HEADER }, { tcp::QUOTED }>());
                self.by_ports(upper, ports, ipv4::HEADER, || ipv4_hosts(ip), tables)
            }
        }
    }

    /// Classifies a quoted IPv6 packet.
    #[inline(always)]
    fn v6<V: View, T: Tables>(&self, view: V, tables: &T) -> Option<Quote> {
        const BYTES: usize = ipv6::HEADER + tcp::QUOTED;
        let front = view.front::<BYTES>()?;
        let ip = Ipv6Header(front.part::<0, { ipv6::HEADER }>());
        let is_plain = ip.version() == 6 && !ipv6::is_walked(ip.next_header());
        if !is_plain || self.end < icmp::HEADER + BYTES {
            return None;
        }
        match ip.next_header() {
            number::ICMPV6 => Some((Protocol::ICMPV6.to_server(), None)),
            upper => {
                let ports = TcpHeader(front.part::<{ ipv6::HEADER }, { tcp::QUOTED }>());
                self.by_ports(upper, ports, ipv6::HEADER, || ipv6_hosts(ip), tables)
            }
        }
    }

    /// Classifies a quoted packet by its ports, behind an IP header of `length` bytes.
    #[inline(always)]
    fn by_ports<T: Tables>(
        &self,
        upper: u8,
        ports: TcpHeader<impl HeaderBytes>,
        length: usize,
        hosts: impl Fn() -> (Address, Address),
        tables: &T,
    ) -> Option<Quote> {
        let (source, destination) = (ports.source_on_wire(), ports.destination_on_wire());
        if upper == number::UDP {
            return Some((udp_class(tables, source, destination), None));
        }
        if upper != number::TCP {
            return Some((Stop::IpOther.class(), None));
        }
        let from = tables.on_wire(Transport::Tcp, source);
        let to = tables.on_wire(Transport::Tcp, destination);
        let class = tcp_class(from, to, true, 0);
        if may_be_data(class) && (from.has_endpoints() || to.has_endpoints()) {
            return None;
        }
        let is_asked = if T::SEES_CONNECTIONS {
            self.rejects && {
                let (client, server) = hosts();
                tables.may_be_connected(&FlowKey::sent(client, server, ports.source(), ports.destination()))
            }
        } else {
            true
        };
        let is_tracked = is_asked && (may_be_data(class) || self.rejects && row(class.protocol()).is_some());
        let start = self.offset + icmp::HEADER;
        let position = if is_tracked { QuotedTcp::new(start, start + length) } else { None };
        Some((class, position.map(|position| position.in_error(self.rejects))))
    }
}
