// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads pcap files: a header, then packets.

use super::{Fault, Found, PACKET_MAX, unknown, window::Window};
use crate::offline::LinkType;

/// The only version since 1998.
const VERSION: u16 = 2;

/// Bytes of the file's header.
const HEADER: usize = 24;

/// Fields of the file's header.
pub(super) struct Pcap {
    magic: Magic,
    lengths: Lengths,
    link: LinkType,
    /// Bytes of a frame check sequence after each packet.
    check: u32,
}

/// Layout of packet headers, by the first four bytes of the file.
#[derive(Clone, Copy)]
struct Magic {
    big_endian: bool,
    /// Bytes before each packet.
    header: usize,
    /// Nanoseconds of a unit of the time's fraction.
    unit: u64,
}

/// Order of a packet's two lengths.
#[derive(Clone, Copy)]
enum Lengths {
    /// Captured length, then original length.
    Captured,
    /// Original length first, as before version 2.3.
    Wire,
    /// The smaller length is the captured one: some programs wrote 2.3 with the old order.
    LessFirst,
}

impl Pcap {
    /// Reads the header.
    pub(super) fn begin(window: &mut Window) -> Result<Self, Fault> {
        let Some(magic) = window.bytes().first_chunk().and_then(|bytes| Magic::of(*bytes)) else {
            return Err(unknown(window.bytes()));
        };
        if !window.reaches(HEADER)? {
            return Err(Fault::Cut);
        }
        let [_, version, .., network] = magic.words::<6>(window.bytes());
        // Two numbers of 16 bits: the first is the upper half of a big-endian word, the lower half of a little-endian one.
        let [upper, lower] =
            [version >> 16, version & 0xffff].map(|half| u16::try_from(half).unwrap_or(u16::MAX));
        let (major, minor) = if magic.big_endian { (upper, lower) } else { (lower, upper) };
        if major != VERSION {
            return Err(Fault::Version(major, minor));
        }
        window.pass(HEADER);
        let (link, check) = link_and_check(network);
        Ok(Self { magic, lengths: Lengths::of(minor), link, check })
    }

    #[inline]
    pub(super) fn next(&self, window: &mut Window) -> Result<Option<Found>, Fault> {
        const SECOND: u64 = 1_000_000_000;
        let Magic { header, unit, .. } = self.magic;
        if !window.reaches(header)? {
            return if window.bytes().is_empty() { Ok(None) } else { Err(Fault::Cut) };
        }
        let [seconds, fraction, first, second] = self.magic.words(window.bytes());
        let (captured, wire) = self.lengths.in_order(first, second);
        let (at, captured) = (header, captured as usize);
        if captured > PACKET_MAX {
            return Err(Fault::Length { what: "a packet", length: captured });
        }
        let passed = at + captured;
        if !window.reaches(passed)? {
            return Err(Fault::Cut);
        }
        let time = u64::from(seconds) * SECOND + u64::from(fraction) * unit;
        Ok(Some(Found { time, link: self.link, wire, at, captured, passed }.without_check(self.check)))
    }
}

impl Magic {
    fn of(bytes: [u8; 4]) -> Option<Self> {
        let numbers = [(false, u32::from_le_bytes(bytes)), (true, u32::from_be_bytes(bytes))];
        numbers.into_iter().find_map(|(big_endian, number)| {
            let (header, unit) = match number {
                0xa1b2_c3d4 => (16, 1000),
                0xa1b2_3c4d => (16, 1),
                // Kuznetzov's format: the packet's interface, protocol and type follow its lengths.
                0xa1b2_cd34 => (24, 1000),
                _ => return None,
            };
            Some(Self { big_endian, header, unit })
        })
    }

    /// Returns the first words of some bytes.
    #[inline]
    fn words<const COUNT: usize>(self, bytes: &[u8]) -> [u32; COUNT] {
        let (words, _) = bytes.as_chunks();
        let number = if self.big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        std::array::from_fn(|nth| words.get(nth).copied().map_or(0, number))
    }
}

impl Lengths {
    const fn of(minor: u16) -> Self {
        match minor {
            0..3 => Self::Wire,
            3 => Self::LessFirst,
            _ => Self::Captured,
        }
    }

    /// Returns captured and original length.
    #[inline]
    const fn in_order(self, first: u32, second: u32) -> (u32, u32) {
        match self {
            Self::Captured => (first, second),
            Self::LessFirst if first <= second => (first, second),
            Self::Wire | Self::LessFirst => (second, first),
        }
    }
}

/// Splits a field into the link type, and the bytes of a frame check sequence: words of 16 bits in the upper
/// four bits.
const fn link_and_check(field: u32) -> (LinkType, u32) {
    const LINK: u32 = 0x03ff_ffff;
    const HAS_CHECK: u32 = 1 << 26;
    let check = if field & HAS_CHECK != 0 { 2 * (field >> 28) } else { 0 };
    (LinkType(field & LINK), check)
}
