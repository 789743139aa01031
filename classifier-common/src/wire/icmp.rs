//! ICMP (RFC 792) and `ICMPv6` (RFC 4443): the header that both share in shape.

use crate::{packet::Packet, stop::Stop};

/// Bytes of the header, the rest-of-header word included: every message of either family has them, and
/// the kernel asks for them before it looks at a type.
pub const HEADER: usize = 8;

/// Type and code of the message at `offset`, whole within `end`.
///
/// # Errors
///
/// When it is not whole.
#[inline(always)]
pub fn read<P: Packet + ?Sized>(packet: &P, offset: usize, end: usize) -> Result<(u8, u8), Stop> {
    if offset + HEADER > end {
        return Err(Stop::Malformed);
    }
    let [kind, code, ..]: [u8; HEADER] = packet.read(offset).ok_or(Stop::Malformed)?;
    Ok((kind, code))
}
