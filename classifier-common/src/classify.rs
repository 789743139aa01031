// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classification: one packet in, one outcome out.

use crate::{
    connection::{rejects, row},
    fast_path::{self, Rest, Sink},
    fragment::{FragmentKey, Position},
    icmp_types::error_row,
    label::Label,
    location::Location,
    outcome::{Outcome, Quoted, Stop},
    packet::{Frame, Link, Packet},
    ports::Transport,
    quote,
    tables::{Tables, UNSEEN},
    track::may_be_data,
    transport::{is_of_flow, is_tracked, tcp_class, udp_class},
    view::HeaderBytes,
    wire::{
        Bound, Family, Ip, Upper, fragment_key, icmp, ipv4, ipv6, network, number,
        tcp::{self, TcpHeader},
        udp,
    },
};

/// Classifies one packet in user space like the kernel's hooks: by the fast path, then by the slow path.
pub fn classify<T: Tables>(packet: &[u8], frame: Frame, tables: &T) -> Outcome {
    let mut outcome = Outcome::stopped(Stop::Malformed);
    if matches!(frame.link, Link::Ethernet)
        && fast_path::classify(packet, tables, Kept(&mut outcome)) != Rest::Everything
    {
        return outcome;
    }
    by_slow_path(packet, frame, tables)
}

/// Classifies a packet by the slow path alone.
pub fn by_slow_path<T: Tables>(packet: &[u8], frame: Frame, tables: &T) -> Outcome {
    let mut outcome = walk(packet, frame, tables);
    match Fragment::of(&outcome) {
        Some(Fragment::First) => {
            outcome.unremembered = !remember(packet, frame, tables, outcome.label());
            outcome
        }
        Some(later) => {
            let label = fragment(packet, frame).and_then(|key| tables.recall(&key));
            label.map_or(outcome, |label| later.labelled(outcome, label))
        }
        None => outcome,
    }
}

/// Use of the table of first fragments for a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// The packet is a first fragment: its label is stored.
    First,
    /// The packet is a later fragment: it gets the label of the first one.
    Later,
    /// The packet is an ICMP error that quotes a later fragment: the quote gets the label of the first one.
    Quoted,
}

impl Fragment {
    /// Returns the use for a packet of this outcome; `None` if there is none.
    #[inline(always)]
    #[must_use]
    pub fn of(outcome: &Outcome) -> Option<Self> {
        if outcome.unremembered {
            Some(Self::First)
        } else if outcome.class == UNSEEN.class {
            Some(Self::Later)
        } else if outcome.quoted.is_some_and(|quoted| quoted.protocol() == UNSEEN.class.protocol()) {
            Some(Self::Quoted)
        } else {
            None
        }
    }

    /// Returns whether a packed outcome is one of them.
    #[inline(always)]
    #[must_use]
    pub fn is_one(packed: u64) -> bool {
        Self::of(&Outcome::unpack(packed)).is_some()
    }

    /// Returns the outcome with the label of the first fragment.
    #[inline(always)]
    #[must_use]
    pub fn labelled(self, outcome: Outcome, label: Label) -> Outcome {
        let protocol = label.class.protocol();
        match self {
            Self::First => outcome,
            Self::Later => Outcome::labelled(label),
            Self::Quoted => {
                Outcome { quoted: outcome.quoted.map(|one| one.of_protocol(protocol)), ..outcome }
            }
        }
    }
}

/// Sink of the fast path that stores the outcome.
struct Kept<'a>(&'a mut Outcome);

impl Sink for Kept<'_> {
    fn other(self, outcome: Outcome, _headers: u32, _payload: impl FnOnce() -> isize) {
        *self.0 = outcome;
    }

    fn ftp_data(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        self.other(outcome, headers, payload);
    }
}

/// The slow path: classifies any packet, header by header. The caller has the table of first fragments: it stores the
/// final label of a first fragment, and finds the label of a later one.
#[inline(always)]
pub fn walk<P: Packet + ?Sized, T: Tables>(packet: &P, frame: Frame, tables: &T) -> Outcome {
    match network(packet, frame) {
        Ok((family, start)) => walk_ip(packet, family, start, tables),
        Err(stop) => Outcome::stopped(stop),
    }
}

/// Walks a packet like [`walk`] and returns the packed outcome. Packing on every return keeps fields that a
/// return does not set out of registers.
#[inline(always)]
pub fn walk_packed<P: Packet + ?Sized, T: Tables>(packet: &P, frame: Frame, tables: &T) -> u64 {
    match network(packet, frame) {
        Ok((family, start)) => walk_ip(packet, family, start, tables).pack(),
        Err(stop) => Outcome::stopped(stop).pack(),
    }
}

#[inline(always)]
fn walk_ip<P: Packet + ?Sized, T: Tables>(packet: &P, family: Family, start: usize, tables: &T) -> Outcome {
    let ip = walk_headers(packet, family, start, Bound::Own);
    let is_first = matches!(ip.position, Position::First);
    let is_later = matches!(ip.position, Position::Later);
    if (is_first || is_later)
        && let Some(key) = fragment_key(packet, start, &ip)
    {
        tables.note(key);
    }
    if is_later {
        return Outcome::labelled(UNSEEN);
    }
    Outcome { unremembered: is_first, ..upper(packet, tables, &ip) }
}

/// Stores the label of a first fragment for the later ones; `false` if the table refused it.
pub fn remember<P: Packet + ?Sized, T: Tables>(packet: &P, frame: Frame, tables: &T, label: Label) -> bool {
    fragment(packet, frame).is_some_and(|key| tables.remember(&key, label))
}

/// Returns the key of a fragment's datagram, or of the one that an ICMP error quotes; `None` only if the headers are
/// not there.
#[inline(always)]
pub fn fragment<P: Packet + ?Sized>(packet: &P, frame: Frame) -> Option<FragmentKey> {
    let (family, mut start) = network(packet, frame).ok()?;
    let mut ip = walk_headers(packet, family, start, Bound::Own);
    if matches!(ip.position, Position::Whole) {
        start = ip.payload + icmp::HEADER;
        let header = icmp::read(packet, ip.payload, ip.end).ok()?;
        let end = packet.barrier_end(header.quote_end(family, start, ip.end));
        ip = walk_headers(packet, family, start, Bound::Within(end));
    }
    fragment_key(packet, start, &ip)
}

#[inline(always)]
fn walk_headers<P: Packet + ?Sized>(packet: &P, family: Family, start: usize, bound: Bound) -> Ip {
    match family {
        Family::V4 => ipv4::walk(packet, start, bound),
        Family::V6 => ipv6::walk(packet, start, bound),
    }
}

/// Classifies a whole packet or a first fragment by its transport header.
#[inline(always)]
fn upper<P: Packet + ?Sized, T: Tables>(packet: &P, tables: &T, ip: &Ip) -> Outcome {
    match (ip.upper, ip.family) {
        (Upper::Protocol(number::TCP), _) => by_tcp(packet, tables, ip),
        (Upper::Protocol(number::UDP), _) => by_udp(packet, tables, ip),
        (Upper::Protocol(number::ICMP), Family::V4) | (Upper::Protocol(number::ICMPV6), Family::V6) => {
            by_icmp(packet, tables, ip)
        }
        (Upper::Protocol(_), _) => Outcome::stopped(Stop::IpOther),
        (Upper::Stop(stop), _) => Outcome::stopped(stop),
    }
}

#[inline(always)]
fn by_tcp<P: Packet + ?Sized, T: Tables>(packet: &P, tables: &T, ip: &Ip) -> Outcome {
    match tcp::read(packet, ip.payload, ip.end) {
        Ok(header) => of_tcp(tables, ip, header),
        Err(stop) => Outcome::stopped(stop),
    }
}

#[inline(always)]
fn of_tcp<T: Tables>(tables: &T, ip: &Ip, header: TcpHeader<impl HeaderBytes>) -> Outcome {
    let (source, destination) = (header.source_on_wire(), header.destination_on_wire());
    let (from, to) = (tables.on_wire(Transport::Tcp, source), tables.on_wire(Transport::Tcp, destination));
    let (words, flags) = (header.words(), header.flags());
    let class = tcp_class(from, to, source != destination, flags);
    let headers = ip.payload + usize::from(words) * 4;
    let payload = ip.end.cast_signed() - headers.cast_signed();
    let first = matches!(ip.position, Position::First);
    let tracked = is_tracked(tables, class, (from, to), flags, payload);
    Outcome {
        tcp_flags: flags,
        headers: offset(headers),
        off_wire: ip.off_wire,
        tracked: tracked.then(|| Location::new(ip.family, ip.start, words, first)),
        ..Outcome::of(class)
    }
}

#[inline(always)]
fn by_udp<P: Packet + ?Sized, T: Tables>(packet: &P, tables: &T, ip: &Ip) -> Outcome {
    let header = match udp::read(packet, ip.payload, ip.end) {
        Ok(header) => header,
        Err(stop) => return Outcome::stopped(stop),
    };
    let class = udp_class(tables, header.source_on_wire(), header.destination_on_wire());
    let first = matches!(ip.position, Position::First);
    Outcome {
        headers: offset(ip.payload + udp::HEADER),
        off_wire: ip.off_wire,
        tracked: is_of_flow(tables, class).then(|| Location::new(ip.family, ip.start, udp::WORDS, first)),
        ..Outcome::of(class)
    }
}

#[inline(always)]
fn by_icmp<P: Packet + ?Sized, T: Tables>(packet: &P, tables: &T, ip: &Ip) -> Outcome {
    let header = match icmp::read(packet, ip.payload, ip.end) {
        Ok(header) => header,
        Err(stop) => return Outcome::stopped(stop),
    };
    let (kind, code) = (header.kind(), header.code());
    let outcome = Outcome::message(ip.family, kind, code);
    let Some(error) = error_row(ip.family, kind) else { return outcome };
    let start = ip.payload + icmp::HEADER;
    let end = packet.barrier_end(header.quote_end(ip.family, start, ip.end));
    let quote = quote::classify(packet, tables, ip, start, end);
    let quoted = Some(Quoted::new(error, quote.class.protocol()));
    let rejects = rejects(ip.family, kind, code);
    // Endpoints may change the class of the quote, and the connection table needs the rejected connection.
    let asked = may_be_data(quote.class) || rejects && row(quote.class.protocol()).is_some();
    let quoted_tcp = quote.tcp.filter(|_| asked).map(|quoted| quoted.in_error(rejects));
    Outcome { quoted, quoted_tcp, limit: quote.limit, ..outcome }
}

/// Converts an offset into a frame to a byte count; frames are far below 4 GiB.
#[inline(always)]
const fn offset(offset: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "frames are far below 4 GiB")]
    {
        offset as u32
    }
}
