//! IPv6 and its extension headers (RFC 8200).

use crate::{
    fragment::{FragmentKey, Position},
    packet::Packet,
    stop::Stop,
    wire::{Bound, Family, Ip, Upper},
};

/// Extension headers that the walk looks through; a longer chain is `ip_other`, and counted as a limit.
pub const EXTENSIONS: usize = 8;

/// Bytes of the fixed header.
pub const HEADER: usize = 40;

/// Bytes of an extension header at least.
pub const EXTENSION: usize = 8;

/// Extension headers by their next-header number (IANA).
mod extension {
    pub const HOP_BY_HOP: u8 = 0;
    pub const ROUTING: u8 = 43;
    pub const FRAGMENT: u8 = 44;
    pub const ESP: u8 = 50;
    pub const AUTHENTICATION: u8 = 51;
    pub const NO_NEXT_HEADER: u8 = 59;
    pub const DESTINATION_OPTIONS: u8 = 60;
    pub const MOBILITY: u8 = 135;
    pub const HIP: u8 = 139;
    pub const SHIM6: u8 = 140;
}

/// Length of the hop-by-hop header with which the stack marks a BIG TCP super-packet.
const JUMBO_HEADER: u32 = 8;

/// Walks the header that starts at `start`, and the extension headers behind it.
#[inline(always)]
pub fn walk<P: Packet + ?Sized>(packet: &P, start: usize, bound: Bound) -> Ip {
    let malformed = Ip::stopped(Family::V6, Stop::Malformed);
    let Some(fixed) = packet.read::<HEADER>(start) else { return malformed };
    let [first, _, _, _, high, low, next, ..] = fixed;
    if first >> 4 != 6 {
        return malformed;
    }
    let payload = start + HEADER;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let jumbo = length == 0 && matches!(bound, Bound::Own) && packet.ip_length(0) != 0;
    let end = bound.end(packet, payload, length);
    if payload > end {
        return malformed;
    }
    let mut ip = Ip {
        family: Family::V6,
        upper: Upper::Protocol(next),
        start,
        payload,
        end,
        position: Position::Whole,
        identification: start,
        off_wire: if jumbo && next == extension::HOP_BY_HOP { JUMBO_HEADER } else { 0 },
    };
    if is_walked(next) {
        ip.upper = extensions(packet, &mut ip, next);
    }
    ip
}

/// Whether the number belongs to a header that this walk steps over or ends at.
#[inline(always)]
const fn is_walked(next: u8) -> bool {
    is_extension(next) || is_end(next)
}

#[inline(always)]
const fn is_end(next: u8) -> bool {
    matches!(next, extension::ESP | extension::NO_NEXT_HEADER)
}

#[inline(always)]
const fn is_extension(next: u8) -> bool {
    use extension::{
        AUTHENTICATION, DESTINATION_OPTIONS, FRAGMENT, HIP, HOP_BY_HOP, MOBILITY, ROUTING, SHIM6,
    };
    matches!(
        next,
        HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS | MOBILITY | HIP | SHIM6
    )
}

/// Bytes of an extension header that states `stated`; a fragment header states nothing.
#[inline(always)]
const fn length(next: u8, stated: u8) -> usize {
    match next {
        extension::FRAGMENT => EXTENSION,
        extension::AUTHENTICATION => (stated as usize + 2) * 4,
        _ => (stated as usize + 1) * 8,
    }
}

/// Bytes of an extension header that is stepped over and says nothing of fragments; 0 for any other.
#[inline(always)]
pub(crate) const fn length_of_unfragmenting(next: u8, stated: u8) -> usize {
    if is_extension(next) && next != extension::FRAGMENT { length(next, stated) } else { 0 }
}

/// Steps over the chain; leaves `ip` at the last header that was whole.
#[inline(always)]
fn extensions<P: Packet + ?Sized>(packet: &P, ip: &mut Ip, mut next: u8) -> Upper {
    for _ in 0..EXTENSIONS {
        if !is_extension(next) {
            break;
        }
        let Some(fixed) = packet.read::<EXTENSION>(ip.payload) else { return Upper::Stop(Stop::Malformed) };
        let length = length(next, fixed[1]);
        let after = ip.payload + length;
        if after > ip.end || !packet.reaches(after) {
            return Upper::Stop(Stop::Malformed);
        }
        if next == extension::FRAGMENT {
            let field = u16::from_be_bytes([fixed[2], fixed[3]]);
            let position = Position::new(field >> 3, field & 1 != 0);
            let outermost = matches!(ip.position, Position::Whole);
            if outermost {
                ip.position = position;
                ip.identification = packet.forget(ip.payload);
            }
            if matches!(position, Position::Later) {
                return if outermost { Upper::Protocol(fixed[0]) } else { Upper::Stop(Stop::LaterFragment) };
            }
        }
        next = fixed[0];
        ip.payload = packet.forget(after);
    }
    match next {
        _ if is_extension(next) => Upper::Stop(Stop::TooManyExtensions),
        _ if is_end(next) => Upper::Stop(Stop::IpOther),
        _ => Upper::Protocol(next),
    }
}

/// Fills in the key of the fragment whose fixed header starts at `start`, its fragment header at
/// `fragment`.
#[inline(always)]
pub(crate) fn fragment_key<P: Packet + ?Sized>(
    packet: &P,
    start: usize,
    fragment: usize,
    key: &mut FragmentKey,
) -> Option<()> {
    key.source = packet.read(start + 8)?;
    key.destination = packet.read(start + 24)?;
    key.identification = packet.read(fragment + 4)?;
    key.protocol = extension::FRAGMENT;
    key.family = 6;
    Some(())
}
