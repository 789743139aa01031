// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The fast path: classifies frequent shapes of packets in few steps.
//!
//! The shapes: up to two VLAN tags; no IP, or IPv4 with or without options, or IPv6 with up to three extension
//! headers; whole packets and later fragments; any protocol, and ICMP errors that quote a packet without options or
//! extension headers. Headers whose lengths contradict each other are a shape too.
//!
//! Other packets, and packets whose class is not decided by their headers, are left to the slow path,
//! `classify::walk`. Both paths give the same outcome.

mod error;
mod transport;

pub use self::error::quoting;
use self::transport::{Carried, icmp, later, other, tcp, tcp_header, udp};
use crate::{
    address::Address,
    fragment::Position,
    outcome::{Outcome, Stop},
    tables::Tables,
    view::{Front, HeaderBytes, View},
    wire::{
        Family,
        ethernet::{self, EthernetHeader, TAG, ethertype, is_tag},
        ipv4::{self, Ipv4Header},
        ipv6::{self, ExtensionHeader, Ipv6Header},
        number,
        tcp::{self as tcp_wire, TcpHeader},
    },
};

/// Maximum number of VLAN tags on the fast path.
const TAGS: u8 = 2;

/// Maximum number of extension headers on the fast path.
const EXTENSIONS: u8 = 3;

/// Receives the outcome of a packet. Called once per shape with constant fields, so that counting code for
/// absent fields is optimised away.
///
/// `headers` is the number of bytes of the packet's headers from the frame's start, or 0 if it is not known.
/// `payload` returns the bytes behind them by the packet's IP length.
pub trait Sink {
    /// Receives the outcome of a packet that is not FTP data.
    fn other(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize);

    /// Receives the outcome of a packet that may be FTP data.
    fn ftp_data(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize);

    /// Returns the result of [`quoting`] for an ICMP error at `view`. A method, so that the verifier checks it once.
    fn quoting<V: View, T: Tables>(
        &self,
        family: Family,
        view: V,
        length: usize,
        offset: usize,
        tables: &T,
    ) -> u64 {
        quoting(family, view, length, offset, tables)
    }
}

/// Rest of the work on a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: the packet is counted.
    Nothing,
    /// The packet is counted. Its tracking is left, by this packed outcome.
    Tracking(u64),
    /// Everything: a shape of the slow path.
    Everything,
}

/// Result of a header. The sink is given back where another header's field decides what the packet is.
enum Found<S> {
    /// The packet is counted.
    Counted,
    /// The packet is counted, and must be tracked by this packed outcome.
    Tracked(u64),
    /// The header exceeds the stated length of the packet, or contradicts itself.
    Malformed(S),
    /// A shape of the slow path.
    Rare,
}

impl<S: Sink> Found<S> {
    /// Counts a malformed packet, and returns what is left. A GSO packet may state a length of 0, which makes none
    /// malformed.
    #[inline(always)]
    fn conclude(self, stated_length: usize) -> Rest {
        match self {
            Self::Counted => Rest::Nothing,
            Self::Tracked(packed) => Rest::Tracking(packed),
            Self::Malformed(sink) if stated_length != 0 => stopped(sink, Stop::Malformed),
            Self::Malformed(_) | Self::Rare => Rest::Everything,
        }
    }
}

/// Counts a packet of which no header is left to read.
#[inline(always)]
fn stopped(sink: impl Sink, stop: Stop) -> Rest {
    sink.other(Outcome::stopped(stop), 0, || 0);
    Rest::Nothing
}

/// Length of an Ethernet and an IPv4 header: no IP packet is shorter, and no tag lies behind.
const SHORTEST: usize = ethernet::HEADER + ipv4::HEADER;

/// Length of an Ethernet header with an IPv6 header, or with an IPv4 and a TCP header. Frames on a wire are
/// at least this long.
const LONG: usize = ethernet::HEADER + ipv6::HEADER;
const _: () = assert!(LONG == SHORTEST + tcp_wire::HEADER);

/// Length of an Ethernet header, and two bytes behind it.
const BEGINNING: usize = ethernet::HEADER + 2;

/// Classifies an Ethernet frame of a frequent shape, and returns what is left to do.
#[inline(always)]
pub fn classify<V: View, T: Tables, S: Sink>(frame: V, tables: &T, sink: S) -> Rest {
    if let Some(front) = frame.front::<LONG>() {
        if EthernetHeader(front.part::<0, BEGINNING>()).announces_plain_ipv4() {
            return plain(frame, front, tables, sink);
        }
        if EthernetHeader(front.part::<0, { ethernet::HEADER }>()).ethertype() == ethertype::IPV6 {
            return v6(frame, frame, tables, sink);
        }
    }
    let Some(mut front) = frame.front::<SHORTEST>() else { return Rest::Everything };
    // The view starts as many bytes into the frame as there are bytes of tags, so that the type has a
    // constant offset.
    let mut tagged = frame;
    for _ in 0..TAGS {
        if !is_tag(ethertype_of(front)) {
            break;
        }
        tagged = tagged.past(TAG);
        let Some(next) = tagged.front::<SHORTEST>() else { return Rest::Everything };
        front = next;
    }
    match ethertype_of(front) {
        ethertype::IPV4 => {
            let ip = Ipv4Header(front.part::<{ ethernet::HEADER }, { ipv4::HEADER }>());
            let length = ip.header_length();
            if ip.version() != 4 || length < ipv4::HEADER {
                return stopped(sink, Stop::Malformed);
            }
            v4(frame, tagged, ip, length, tables, sink)
        }
        ethertype::IPV6 => v6(frame, tagged, tables, sink),
        kind if is_tag(kind) => Rest::Everything,
        _ => stopped(sink, Stop::NonIp),
    }
}

#[inline(always)]
fn ethertype_of(front: impl Front) -> u16 {
    EthernetHeader(front.part::<0, { ethernet::HEADER }>()).ethertype()
}

/// Classifies an IPv4 packet without options.
#[inline(always)]
fn plain<V: View, T: Tables, S: Sink>(frame: V, front: V::Front<LONG>, tables: &T, sink: S) -> Rest {
    let ip = Ipv4Header(front.part::<{ ethernet::HEADER }, { ipv4::HEADER }>());
    if !ip.is_whole_tcp() {
        return v4(frame, frame, ip, ipv4::HEADER, tables, sink);
    }
    let length = ip.total_length().cast_signed() - ipv4::HEADER.cast_signed();
    let ip_view = frame.past(ethernet::HEADER);
    let carried = Carried { frame, ip: ip_view, family: Family::V4, view: frame.past(SHORTEST), length };
    let header = TcpHeader(front.part::<SHORTEST, { tcp_wire::HEADER }>());
    let found = if length >= tcp_wire::HEADER.cast_signed() {
        tcp_header(header, carried, tables, || ipv4_hosts(ip), sink)
    } else {
        Found::Malformed(sink)
    };
    found.conclude(ip.total_length())
}

/// Classifies an IPv4 packet whose header has `header_length` bytes.
#[inline(always)]
fn v4<V: View, T: Tables, S: Sink>(
    frame: V,
    tagged: V,
    ip: Ipv4Header<impl HeaderBytes>,
    header_length: usize,
    tables: &T,
    sink: S,
) -> Rest {
    let length = ip.total_length().cast_signed() - header_length.cast_signed();
    let ip_view = tagged.past(ethernet::HEADER);
    let view = ip_view.past(header_length);
    let carried = Carried { frame, ip: ip_view, family: Family::V4, view, length };
    let found = if ip.is_whole_tcp() {
        tcp(carried, tables, || ipv4_hosts(ip), sink)
    } else if length < 0 {
        Found::Malformed(sink)
    } else if ip.is_fragment() {
        match ip.position() {
            Position::Later => later(carried, tables, || ip.fragment_key(), sink),
            Position::First | Position::Whole => Found::Rare,
        }
    } else {
        match ip.protocol() {
            number::UDP => udp(carried, tables, sink),
            number::ICMP => icmp(carried, tables, sink),
            number::AUTHENTICATION => Found::Rare,
            _ => other(carried, sink),
        }
    };
    found.conclude(ip.total_length())
}

/// Returns source and destination.
#[inline(always)]
fn ipv4_hosts(ip: Ipv4Header<impl HeaderBytes>) -> (Address, Address) {
    (Address::v4(ip.source()), Address::v4(ip.destination()))
}

/// Returns source and destination.
#[inline(always)]
fn ipv6_hosts(ip: Ipv6Header<impl HeaderBytes>) -> (Address, Address) {
    (Address::of_words(ip.source()), Address::of_words(ip.destination()))
}

/// Classifies an IPv6 packet.
#[inline(always)]
fn v6<V: View, T: Tables, S: Sink>(frame: V, tagged: V, tables: &T, sink: S) -> Rest {
    let Some(front) = tagged.front::<LONG>() else { return Rest::Everything };
    let ip = Ipv6Header(front.part::<{ ethernet::HEADER }, { ipv6::HEADER }>());
    if ip.version() != 6 {
        return stopped(sink, Stop::Malformed);
    }
    let (ip_view, length) = (tagged.past(ethernet::HEADER), ip.payload_length().cast_signed());
    let mut carried = Carried { frame, ip: ip_view, family: Family::V6, view: tagged.past(LONG), length };
    let mut next = ip.next_header();
    for _ in 0..EXTENSIONS {
        if matches!(next, number::TCP | number::UDP | number::ICMPV6) || !ipv6::is_unfragmenting(next) {
            break;
        }
        let Some(extension) = carried.view.header::<{ ipv6::EXTENSION }>().map(ExtensionHeader) else {
            return Rest::Everything;
        };
        let length = ipv6::extension_length(next, extension.stated_length());
        next = extension.next_header();
        carried.length -= length.cast_signed();
        carried.view = carried.view.past(length);
    }
    let found = match next {
        number::TCP => tcp(carried, tables, || ipv6_hosts(ip), sink),
        number::UDP => udp(carried, tables, sink),
        number::ICMPV6 => icmp(carried, tables, sink),
        _ if carried.length < 0 => Found::Malformed(sink),
        ipv6::FRAGMENT => ipv6_fragment(carried, tables, ip, sink),
        _ if ipv6::is_extension(next) => Found::Rare,
        _ => other(carried, sink),
    };
    found.conclude(ip.payload_length())
}

/// Classifies a packet by its fragment header.
#[inline(always)]
fn ipv6_fragment<V: View, T: Tables, S: Sink>(
    carried: Carried<V>,
    tables: &T,
    ip: Ipv6Header<impl HeaderBytes>,
    sink: S,
) -> Found<S> {
    if !carried.holds(ipv6::EXTENSION) {
        return Found::Malformed(sink);
    }
    let Some(fragment) = carried.view.header::<{ ipv6::EXTENSION }>().map(ExtensionHeader) else {
        return Found::Rare;
    };
    match fragment.position() {
        Position::Later => later(carried, tables, || ip.fragment_key(fragment), sink),
        Position::First | Position::Whole => Found::Rare,
    }
}
