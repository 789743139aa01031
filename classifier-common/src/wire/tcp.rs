//! TCP (RFC 9293 §3.1).

use crate::{packet::Packet, stop::Stop};

/// Bytes of the header without options.
pub const HEADER: usize = 20;

/// Bits of the flags byte.
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// The receiver is to have what is there.
    pub const PSH: u8 = 0x08;
    /// The acknowledgement field counts.
    pub const ACK: u8 = 0x10;
}

/// What the classifier reads of a TCP header.
#[derive(Clone, Copy, Debug)]
pub struct Tcp {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// Flags byte.
    pub flags: u8,
    /// Header length in bytes, options included: 20 to 60.
    pub length: u8,
}

/// Reads the header at `offset`, whole within `end`.
///
/// # Errors
///
/// When it is not whole, or states less than its fixed length.
#[inline(always)]
pub fn read<P: Packet + ?Sized>(packet: &P, offset: usize, end: usize) -> Result<Tcp, Stop> {
    if offset + HEADER > end {
        return Err(Stop::Malformed);
    }
    let fixed: [u8; HEADER] = packet.read(offset).ok_or(Stop::Malformed)?;
    let length = (fixed[12] >> 4) * 4;
    if usize::from(length) < HEADER {
        return Err(Stop::Malformed);
    }
    Ok(Tcp {
        source: u16::from_be_bytes([fixed[0], fixed[1]]),
        destination: u16::from_be_bytes([fixed[2], fixed[3]]),
        flags: fixed[13],
        length,
    })
}

/// Whether the flags are those of a SYN-ACK, which only the side that was called sends.
#[inline(always)]
#[must_use]
pub const fn is_syn_ack(flags: u8) -> bool {
    flags & (flag::SYN | flag::ACK) == flag::SYN | flag::ACK
}
