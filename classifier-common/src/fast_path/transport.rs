// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Transport headers on the fast path.

use super::{Found, Sink};
use crate::{
    address::Address,
    connection::{FlowKey, Speech},
    endpoint::{DataSide, ExpectKey, FIRST_PORT, Kind, PackedEndpoint},
    fragment::FragmentKey,
    icmp_types::IcmpCell,
    label::Label,
    location::Location,
    outcome::{Outcome, Stop},
    ports::{PortEntry, Transport},
    protocol::{Class, Protocol},
    session::Spoken,
    tables::{Tables, UNSEEN},
    track::{label, may_be_data},
    transport::{is_asked_by_flags, is_flagged, is_of_flow, is_tracked_by_flags, may_be_heard, tcp_class},
    view::{HeaderBytes, View},
    wire::{
        Family,
        icmp::{self, IcmpHeader},
        tcp::{self, TcpHeader},
        udp::{self, UdpHeader},
    },
};

/// Position and length of an IP packet's payload.
#[derive(Clone, Copy)]
pub(super) struct Carried<V> {
    /// The whole frame.
    pub(super) frame: V,
    /// The frame from the IP header.
    pub(super) ip: V,
    /// Version of the IP header.
    pub(super) family: Family,
    /// The frame from the transport header.
    pub(super) view: V,
    /// Bytes of the packet from the transport header, by its IP length; negative if the length excludes the
    /// IP header.
    pub(super) length: isize,
}

impl<V: View> Carried<V> {
    /// Returns whether the packet's length includes a header of `bytes` bytes.
    #[inline(always)]
    pub(super) const fn holds(self, bytes: usize) -> bool {
        self.length >= bytes.cast_signed()
    }

    /// Returns the bytes of the packet behind the first `length`; negative if there are fewer.
    #[inline(always)]
    const fn behind(self, length: usize) -> isize {
        self.length - length.cast_signed()
    }

    /// Returns the bytes from the frame's start to `length` bytes behind the start of the header.
    #[inline(always)]
    fn headers(self, length: usize) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "frames are far below 4 GiB")]
        {
            (self.view.behind(self.frame) + length) as u32
        }
    }

    /// Returns the position of the headers of a packet that must be tracked.
    #[inline(always)]
    fn location(self, words: u8) -> Location {
        Location::new(self.family, self.ip.behind(self.frame), words, false)
    }
}

/// Classifies a TCP packet. The hosts are only read if needed.
#[inline(always)]
pub(super) fn tcp<V: View, T: Tables, S: Sink>(
    carried: Carried<V>,
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    sink: S,
) -> Found<S> {
    if !carried.holds(tcp::HEADER) {
        return Found::Malformed(sink);
    }
    let Some(header) = carried.view.header::<{ tcp::HEADER }>() else { return Found::Rare };
    tcp_header(TcpHeader(header), carried, tables, hosts, sink)
}

/// Classifies a TCP packet whose header was checked.
#[inline(always)]
pub(super) fn tcp_header<V: View, T: Tables, S: Sink>(
    header: TcpHeader<impl HeaderBytes>,
    carried: Carried<V>,
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    sink: S,
) -> Found<S> {
    let (words, flags) = (header.words(), header.flags());
    if words < tcp::WORDS {
        return Found::Malformed(sink);
    }
    let length = usize::from(words) * 4;
    let headers = carried.headers(length);
    let from = tables.on_wire(Transport::Tcp, header.source_on_wire());
    let to = tables.on_wire(Transport::Tcp, header.destination_on_wire());
    let payload = carried.behind(length);
    if is_flagged(flags) {
        // Read again: keeping the ports would occupy registers for packets without these flags.
        let ports_differ = header.source_on_wire() != header.destination_on_wire();
        let class = tcp_class(from, to, ports_differ, flags);
        if may_be_data(class) && is_asked_by_flags(tables, (from, to), flags) {
            return Found::Rare;
        }
        let is_tracked = is_tracked_by_flags(tables, class, (from, to), flags);
        let outcome = Outcome {
            tcp_flags: flags,
            headers,
            tracked: is_tracked.then(|| carried.location(words)),
            ..Outcome::of(class)
        };
        sink.other(outcome, headers, || payload);
        return if is_tracked { Found::Tracked(outcome.pack()) } else { Found::Counted };
    }
    let class = PortEntry::select(Transport::Tcp, from, to);
    if !PortEntry::are_looked_at(from, to) {
        let outcome = Outcome { tcp_flags: flags, headers, ..Outcome::of(class) };
        sink.other(outcome, headers, || payload);
        return Found::Counted;
    }
    let mut found = Label::of(class);
    let mut is_tracked = false;
    if may_be_data(class) {
        if !T::SEES_CONNECTIONS {
            return Found::Rare;
        }
        if (from.has_endpoints() || to.has_endpoints())
            && let Some(packed) = data(tables, hosts, header.ports_on_wire(), from, to).checked_sub(1)
        {
            found = Label::unpack(packed);
        }
    } else if class.protocol() == Protocol::FTP_CONTROL {
        let beside = Beside::new(class, flags, payload.max(0));
        let (ports, numbers) = (header.ports_on_wire(), header.numbers_on_wire());
        is_tracked = !acknowledges(tables, hosts, ports, numbers, (beside, headers));
    } else if may_be_heard(class, (from, to), flags, payload) {
        let beside = Beside::new(class, flags, payload);
        is_tracked = inspects(tables, hosts, header.ports_on_wire(), header.sequence(), beside);
    }
    let outcome = Outcome {
        tcp_flags: flags,
        headers,
        tracked: is_tracked.then(|| carried.location(words)),
        ..Outcome::labelled(found)
    };
    sink.ftp_data(outcome, headers, || payload);
    if is_tracked { Found::Tracked(outcome.pack()) } else { Found::Counted }
}

/// Payload length, flags and sender of a segment, in one register.
#[derive(Clone, Copy)]
struct Beside(u32);

impl Beside {
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "of an IP length, or not used"
    )]
    const fn new(class: Class, flags: u8, payload: isize) -> Self {
        Self(payload as u32 & 0xffff | (flags as u32) << 16 | (class.index() as u32 & 1) << 24)
    }

    #[inline(always)]
    const fn length(self) -> u32 {
        self.0 & 0xffff
    }

    #[inline(always)]
    const fn flags(self) -> u8 {
        let [_, flags, ..] = self.0.to_be_bytes();
        flags
    }

    #[inline(always)]
    const fn is_of_client(self) -> bool {
        self.0 >> 24 & 1 == 0
    }
}

/// Returns source and destination port of both in network order.
#[inline(always)]
const fn ports_of(on_wire: u32) -> (u16, u16) {
    let [a, b, c, d] = on_wire.to_ne_bytes();
    (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

/// Returns whether a segment belongs to a followed session and must be inspected. Not inlined, so that
/// other packets do not pay for its stack.
#[inline(never)]
fn inspects<T: Tables>(
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    ports: u32,
    sequence: u32,
    beside: Beside,
) -> bool {
    let ((source, destination), (from, to)) = (hosts(), ports_of(ports));
    let sent = FlowKey::sent(source, destination, from, to);
    let spoken = Spoken {
        sequence,
        acknowledgment: 0,
        length: beside.length(),
        flags: beside.flags(),
        of_client: beside.is_of_client().into(),
        reserved: [0; 2],
    };
    tables.inspects(&Speech { key: if beside.is_of_client() { sent } else { sent.reversed() }, spoken })
}

/// Applies a segment to its control connection; returns `false` if it needs more than that. Inlined: a call costs as much
/// as the rest.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "each half is a number")]
fn acknowledges<T: Tables>(
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    ports: u32,
    numbers: u64,
    (beside, headers): (Beside, u32),
) -> bool {
    let ((source, destination), (from, to)) = (hosts(), ports_of(ports));
    let of_client = beside.is_of_client();
    // Both in network order, in one word.
    let numbers = u64::from_be(numbers);
    tables.acknowledges(beside.length() != 0, |segment| {
        (segment.key.client, segment.key.server) =
            if of_client { (source, destination) } else { (destination, source) };
        (segment.key.client_port, segment.key.server_port) = if of_client { (from, to) } else { (to, from) };
        segment.sequence = (numbers >> 32) as u32;
        segment.acknowledgment = numbers as u32;
        segment.length = beside.length();
        segment.payload = headers;
        segment.side = (!of_client).into();
        segment.flags = beside.flags();
    })
}

/// Returns the packed label of an announced data connection's packet, plus one; 0 for any other. Not inlined,
/// so that packets without an endpoint do not pay for its stack.
#[inline(never)]
fn data<T: Tables>(
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    ports: u32,
    from: PortEntry,
    to: PortEntry,
) -> u32 {
    let (source, destination) = ports_of(ports);
    let (sender, receiver) = hosts();
    let to_listener = ExpectKey { address: receiver, peer: sender, port: destination };
    if let Some(kind) = kind(to, &to_listener, source, tables) {
        return label(kind, DataSide::Initiator).pack() + 1;
    }
    let from_listener = ExpectKey { address: sender, peer: receiver, port: source };
    if let Some(kind) = kind(from, &from_listener, destination, tables) {
        return label(kind, DataSide::Listener).pack() + 1;
    }
    0
}

/// Returns the kind of an established data connection, given one of its packets.
#[inline(always)]
fn kind<T: Tables>(entry: PortEntry, key: &ExpectKey, peer_port: u16, tables: &T) -> Option<Kind> {
    if !entry.has_endpoints() || key.port < FIRST_PORT {
        return None;
    }
    let word = tables.connected(key, peer_port);
    (word != PackedEndpoint::FREE).then(|| word.kind())
}

/// Classifies a UDP packet.
#[inline(always)]
pub(super) fn udp<V: View, T: Tables, S: Sink>(carried: Carried<V>, tables: &T, sink: S) -> Found<S> {
    if !carried.holds(udp::HEADER) {
        return Found::Malformed(sink);
    }
    let Some(header) = carried.view.header::<{ udp::HEADER }>().map(UdpHeader) else { return Found::Rare };
    let from = tables.on_wire(Transport::Udp, header.source_on_wire());
    let to = tables.on_wire(Transport::Udp, header.destination_on_wire());
    let headers = carried.headers(udp::HEADER);
    let class = PortEntry::select(Transport::Udp, from, to);
    if is_of_flow(tables, class) {
        return Found::Rare;
    }
    let outcome = Outcome { headers, ..Outcome::of(class) };
    sink.other(outcome, headers, || carried.behind(udp::HEADER));
    Found::Counted
}

/// Classifies an ICMP message that is no redirect.
#[inline(always)]
pub(super) fn icmp<V: View, T: Tables, S: Sink>(carried: Carried<V>, tables: &T, sink: S) -> Found<S> {
    let family = carried.family;
    if !carried.holds(icmp::HEADER) {
        return Found::Malformed(sink);
    }
    let Some(header) = carried.view.header::<{ icmp::HEADER }>().map(IcmpHeader) else { return Found::Rare };
    let headers = carried.headers(icmp::HEADER);
    let Some(cell) = IcmpCell::of_plain(family, header.kind(), header.code()) else {
        let offset = carried.view.behind(carried.frame);
        let packed = sink.quoting(family, carried.view, carried.length.cast_unsigned(), offset, tables);
        if packed == 0 {
            return Found::Rare;
        }
        let outcome = Outcome::unpack(packed);
        sink.other(outcome, headers, || carried.behind(icmp::HEADER));
        return if outcome.quoted_tcp.is_some() { Found::Tracked(packed) } else { Found::Counted };
    };
    sink.other(Outcome::of_cell(family, cell), headers, || carried.behind(icmp::HEADER));
    Found::Counted
}

/// Classifies a later fragment by the label of its datagram's first, if a byte behind its IP headers is there.
#[inline(always)]
pub(super) fn later<V: View, T: Tables, S: Sink>(
    carried: Carried<V>,
    tables: &T,
    key: impl FnOnce() -> FragmentKey,
    sink: S,
) -> Found<S> {
    if carried.view.front::<1>().is_none() {
        return Found::Rare;
    }
    let outcome = Outcome::labelled(recalled(tables, key));
    sink.ftp_data(outcome, carried.headers(0), || carried.behind(0));
    Found::Counted
}

/// Returns the label of a datagram's first fragment. Not inlined, so that packets without a fragment do not pay
/// for the key's stack.
#[inline(never)]
fn recalled<T: Tables>(tables: &T, key: impl FnOnce() -> FragmentKey) -> Label {
    tables.recall(&key()).unwrap_or(UNSEEN)
}

/// Classifies a packet of a protocol without a parser, if a byte behind its IP headers is there: then they are.
#[inline(always)]
pub(super) fn other<V: View, S: Sink>(carried: Carried<V>, sink: S) -> Found<S> {
    if carried.view.front::<1>().is_none() {
        return Found::Rare;
    }
    let headers = carried.headers(0);
    sink.other(Outcome::stopped(Stop::IpOther), headers, || carried.behind(0));
    Found::Counted
}
