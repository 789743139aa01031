//! UDP (RFC 768).

use crate::{packet::Packet, stop::Stop};

/// Bytes of the header.
pub const HEADER: usize = 8;

/// Source and destination port of the header at `offset`, whole within `end`.
///
/// # Errors
///
/// When it is not whole.
#[inline(always)]
pub fn read<P: Packet + ?Sized>(packet: &P, offset: usize, end: usize) -> Result<(u16, u16), Stop> {
    if offset + HEADER > end {
        return Err(Stop::Malformed);
    }
    let [a, b, c, d, ..]: [u8; HEADER] = packet.read(offset).ok_or(Stop::Malformed)?;
    Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}
