//! Transport headers on the fast path.

use super::{Found, Sink};
use crate::{
    address::Address,
    connection::{FlowKey, Speech, is_spoken},
    endpoint::{DataSide, ExpectKey, FIRST_PORT, Kind, PackedEndpoint},
    fragment::FragmentKey,
    icmp_types::IcmpCell,
    label::Label,
    outcome::{Outcome, Stop},
    ports::{PortEntry, Transport},
    protocol::Class,
    session::Spoken,
    tables::{Tables, UNSEEN},
    track::{has_a_say, label, may_be_data},
    transport::{is_flagged, is_tracked_by_flags, tcp_class},
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
    if is_flagged(flags) {
        // Read again: keeping the ports would occupy registers for packets without these flags.
        let ports_differ = header.source_on_wire() != header.destination_on_wire();
        let class = tcp_class(from, to, ports_differ, flags);
        if is_tracked_by_flags(tables, class, (from, to), flags) {
            return Found::Rare;
        }
        let outcome = Outcome { tcp_flags: flags, headers, ..Outcome::of(class) };
        sink.other(outcome, headers, || carried.behind(length));
        return Found::Counted;
    }
    let class = PortEntry::select(Transport::Tcp, from, to);
    if !PortEntry::are_looked_at(from, to) {
        let outcome = Outcome { tcp_flags: flags, headers, ..Outcome::of(class) };
        sink.other(outcome, headers, || carried.behind(length));
        return Found::Counted;
    }
    let mut found = Label::of(class);
    let payload = carried.behind(length);
    if has_a_say(class) {
        if !T::SEES_CONNECTIONS || !may_be_data(class) {
            return Found::Rare;
        }
        if let Some(packed) = data(tables, hosts, header.ports_on_wire(), from, to).checked_sub(1) {
            found = Label::unpack(packed);
        }
    } else if is_spoken(class, payload) {
        let beside = Beside::new(class, flags, payload);
        if !T::SEES_CONNECTIONS || inspects(tables, hosts, header.ports_on_wire(), header.sequence(), beside)
        {
            return Found::Rare;
        }
    }
    let outcome = Outcome { tcp_flags: flags, headers, ..Outcome::labelled(found) };
    sink.ftp_data(outcome, headers, || payload);
    Found::Counted
}

/// Length, flags and sender of a segment with payload, in one register.
#[derive(Clone, Copy)]
struct Beside(u32);

impl Beside {
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and of an IP length"
    )]
    const fn new(class: Class, flags: u8, payload: isize) -> Self {
        Self(payload as u32 & 0xffff | (flags as u32) << 16 | (class.index() as u32 & 1) << 24)
    }
}

/// Returns whether a segment belongs to a followed session and must be inspected. Not inlined, like the next
/// function.
#[inline(never)]
fn inspects<T: Tables>(
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    ports: u32,
    sequence: u32,
    Beside(beside): Beside,
) -> bool {
    let [a, b, c, d] = ports.to_ne_bytes();
    let (source, destination) = hosts();
    let sent = FlowKey::sent(source, destination, u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let of_client = beside >> 24 & 1 == 0;
    let [.., flags, _, _] = beside.to_be_bytes();
    let spoken = Spoken {
        sequence,
        acknowledgment: 0,
        length: beside & 0xffff,
        flags,
        of_client: of_client.into(),
        reserved: [0; 2],
    };
    tables.inspects(&Speech { key: if of_client { sent } else { sent.reversed() }, spoken })
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
    let [a, b, c, d] = ports.to_ne_bytes();
    let (source, destination) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
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
    let outcome = Outcome { headers, ..Outcome::of(PortEntry::select(Transport::Udp, from, to)) };
    sink.other(outcome, headers, || carried.behind(udp::HEADER));
    Found::Counted
}

/// Classifies an ICMP message that is neither an error with a quote nor a redirect.
#[inline(always)]
pub(super) fn icmp<V: View, S: Sink>(carried: Carried<V>, family: Family, sink: S) -> Found<S> {
    if !carried.holds(icmp::HEADER) {
        return Found::Malformed(sink);
    }
    let Some(header) = carried.view.header::<{ icmp::HEADER }>().map(IcmpHeader) else { return Found::Rare };
    let Some(cell) = IcmpCell::of_plain(family, header.kind(), header.code()) else { return Found::Rare };
    let headers = carried.headers(icmp::HEADER);
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
