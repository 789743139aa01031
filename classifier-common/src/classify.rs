//! The judgement: one packet in, one outcome out.

use crate::{
    commonest::{Judged, commonest},
    connection::{rejects, row},
    first_fragment::{label_of_first, remember},
    fragment::Position,
    icmp_types::error_row,
    label::Label,
    outcome::{Outcome, Quoted, Stop},
    packet::{Frame, Link, Packet},
    quote,
    tables::Tables,
    tracked::Tracked,
    transport::{is_tracked, tcp_class, tcp_entries, udp_class},
    wire::{Bound, Family, Ip, Upper, ethernet, icmp, ipv4, ipv6, number, tcp, udp},
};

/// Judges one packet in user space: as the kernel's hooks do, the commonest shapes first.
pub fn classify<T: Tables>(packet: &[u8], frame: Frame, tables: &T) -> Outcome {
    let mut outcome = Outcome::stopped(Stop::Malformed);
    if matches!(frame.link, Link::Ethernet) && commonest(packet, tables, Kept(&mut outcome)) {
        return outcome;
    }
    walk(packet, frame, tables)
}

/// A judgement that is kept.
struct Kept<'a>(&'a mut Outcome);

impl Judged for Kept<'_> {
    fn take(self, outcome: Outcome) {
        *self.0 = outcome;
    }

    fn take_data(self, outcome: Outcome) {
        self.take(outcome);
    }
}

/// Judges any packet, header by header.
#[inline(always)]
pub fn walk<P: Packet + ?Sized, T: Tables>(packet: &P, frame: Frame, tables: &T) -> Outcome {
    match network(packet, frame) {
        Ok((family, start)) => walk_ip(packet, family, start, tables),
        Err(stop) => Outcome::stopped(stop),
    }
}

/// [`walk`], packed where each of its ways ends: one that ends early carries no fields along for those that do not.
#[inline(always)]
pub fn walk_packed<P: Packet + ?Sized, T: Tables>(packet: &P, frame: Frame, tables: &T) -> u64 {
    match network(packet, frame) {
        Ok((family, start)) => walk_ip(packet, family, start, tables).pack(),
        Err(stop) => Outcome::stopped(stop).pack(),
    }
}

#[inline(always)]
fn walk_ip<P: Packet + ?Sized, T: Tables>(packet: &P, family: Family, start: usize, tables: &T) -> Outcome {
    let ip = match family {
        Family::V4 => ipv4::walk(packet, start, Bound::Own),
        Family::V6 => ipv6::walk(packet, start, Bound::Own),
    };
    if matches!(ip.position, Position::Later) {
        return Outcome::labelled(label_of_first(packet, tables, start, &ip));
    }
    let mut outcome = upper(packet, tables, &ip);
    if matches!(ip.position, Position::First) {
        outcome.unremembered = !remember(packet, tables, start, &ip, outcome.label());
    }
    outcome
}

/// Keeps another label of a first fragment than its ports had said; `false` if there was no room.
#[inline(always)]
pub fn relabel<P: Packet + ?Sized, T: Tables>(packet: &P, frame: Frame, tables: &T, label: Label) -> bool {
    let Ok((family, start)) = network(packet, frame) else { return false };
    let ip = match family {
        Family::V4 => ipv4::walk(packet, start, Bound::Own),
        Family::V6 => ipv6::walk(packet, start, Bound::Own),
    };
    remember(packet, tables, start, &ip, label)
}

/// The IP family of the frame, and the offset of its header.
#[inline(always)]
pub(crate) fn network<P: Packet + ?Sized>(packet: &P, frame: Frame) -> Result<(Family, usize), Stop> {
    match frame.link {
        Link::Ethernet => ethernet::walk(packet, frame.tags_aside),
        Link::RawIp => {
            let [first] = packet.read(0).ok_or(Stop::Malformed)?;
            match first >> 4 {
                4 => Ok((Family::V4, 0)),
                6 => Ok((Family::V6, 0)),
                _ => Err(Stop::NonIp),
            }
        }
    }
}

/// Judges a whole packet or a first fragment by what the IP headers carry.
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
fn of_tcp<T: Tables>(tables: &T, ip: &Ip, header: tcp::Tcp) -> Outcome {
    let (from, to) = tcp_entries(tables, header.source, header.destination);
    let first = matches!(ip.position, Position::First);
    let tracked = is_tracked(from, to, header.flags);
    Outcome {
        tcp_flags: header.flags,
        headers: offset(ip.payload + usize::from(header.length)),
        off_wire: ip.off_wire,
        tracked: tracked.then(|| Tracked::new(ip.family, ip.start, header.length, first)),
        ..Outcome::of(tcp_class(from, to, header.source != header.destination, header.flags))
    }
}

#[inline(always)]
fn by_udp<P: Packet + ?Sized, T: Tables>(packet: &P, tables: &T, ip: &Ip) -> Outcome {
    match udp::read(packet, ip.payload, ip.end) {
        Ok(ports) => of_udp(tables, ip, ports),
        Err(stop) => Outcome::stopped(stop),
    }
}

#[inline(always)]
fn of_udp<T: Tables>(tables: &T, ip: &Ip, (source, destination): (u16, u16)) -> Outcome {
    Outcome {
        headers: offset(ip.payload + udp::HEADER),
        off_wire: ip.off_wire,
        ..Outcome::of(udp_class(tables, source, destination))
    }
}

#[inline(always)]
fn by_icmp<P: Packet + ?Sized, T: Tables>(packet: &P, tables: &T, ip: &Ip) -> Outcome {
    let (kind, code) = match icmp::read(packet, ip.payload, ip.end) {
        Ok(message) => message,
        Err(stop) => return Outcome::stopped(stop),
    };
    let outcome = Outcome::message(ip.family, kind, code);
    match error_row(ip.family, kind) {
        Some(error) => {
            let start = ip.payload + icmp::HEADER;
            let wanted = rejects(ip.family, kind, code);
            let quote = quote::judge(packet, tables, ip.family, start, ip.end);
            let quoted = Some(Quoted::new(error, quote.class.protocol()));
            let rejection = if wanted && row(quote.class.protocol()).is_some() { quote.tcp } else { None };
            Outcome { quoted, rejection, limit: quote.limit, ..outcome }
        }
        None => outcome,
    }
}

/// An offset into a frame as a counter of bytes; frames are far below 4 GiB.
#[inline(always)]
const fn offset(offset: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "frames are far below 4 GiB")]
    {
        offset as u32
    }
}
