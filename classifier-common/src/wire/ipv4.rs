//! IPv4 (RFC 791).

use crate::{
    fragment::{FragmentKey, Position, mapped},
    packet::Packet,
    stop::Stop,
    wire::{Bound, Family, Ip, Upper},
};

/// Bytes of the header without options.
pub const HEADER: usize = 20;

/// More fragments of the packet follow.
pub(crate) const MORE_FRAGMENTS: u16 = 0x2000;
/// Where in the packet the fragment belongs.
pub(crate) const OFFSET: u16 = 0x1fff;

/// Walks the header that starts at `start`.
#[inline(always)]
pub fn walk<P: Packet + ?Sized>(packet: &P, start: usize, bound: Bound) -> Ip {
    let malformed = Ip::stopped(Family::V4, Stop::Malformed);
    let Some(fixed) = packet.read::<HEADER>(start) else { return malformed };
    let length = usize::from(fixed[0] & 0x0f) * 4;
    if fixed[0] >> 4 != 4 || length < HEADER {
        return malformed;
    }
    let payload = start + length;
    let end = bound.end(packet, start, usize::from(u16::from_be_bytes([fixed[2], fixed[3]])));
    if payload > end || (length > HEADER && !packet.reaches(payload)) {
        return malformed;
    }
    let fragment = u16::from_be_bytes([fixed[6], fixed[7]]);
    Ip {
        family: Family::V4,
        upper: Upper::Protocol(fixed[9]),
        start,
        payload,
        end,
        position: Position::new(fragment & OFFSET, fragment & MORE_FRAGMENTS != 0),
        identification: start,
        off_wire: 0,
    }
}

/// Fills in the key of the fragment whose header starts at `start`.
#[inline(always)]
pub(crate) fn fragment_key<P: Packet + ?Sized>(
    packet: &P,
    start: usize,
    key: &mut FragmentKey,
) -> Option<()> {
    let [high, low] = packet.read(start + 4)?;
    let [protocol] = packet.read(start + 9)?;
    key.source = mapped(packet.read(start + 12)?);
    key.destination = mapped(packet.read(start + 16)?);
    key.identification = [0, 0, high, low];
    key.protocol = protocol;
    key.family = 4;
    Some(())
}
