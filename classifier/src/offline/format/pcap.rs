//! pcap: a header, and packets one after the other.

use pcap_parser::{PcapHeader, nom::Err, parse_pcap_header};

use super::{Fault, Found, PACKET_MAX, unknown, window::Window};
use crate::offline::LinkType;

/// The one version since 1998.
const VERSION: u16 = 2;

/// What the file's header says.
pub(super) struct Pcap {
    big_endian: bool,
    /// Bytes before each packet.
    header: usize,
    lengths: Lengths,
    link: LinkType,
    /// Bytes of a check sequence behind each packet.
    check: u32,
    /// Nanoseconds of a unit of the time's fraction.
    unit: u64,
}

/// In which order a packet's two lengths stand.
#[derive(Clone, Copy)]
enum Lengths {
    /// What was captured, and what there was.
    Captured,
    /// The other way round, as before version 2.3.
    Wire,
    /// Some wrote 2.3 and went on in the old order: no more was captured than there was.
    LessFirst,
}

impl Pcap {
    /// Reads the header.
    pub(super) fn begin(window: &mut Window) -> Result<Self, Fault> {
        const LENGTH: usize = 24;
        let whole = window.reaches(LENGTH)?;
        let header = match parse_pcap_header(window.bytes()) {
            Ok((_, header)) => header,
            Err(Err::Incomplete(_)) if !whole => return Err(Fault::Cut),
            Err(_) => return Err(unknown(window.bytes())),
        };
        if header.version_major != VERSION {
            return Err(Fault::Version(header.version_major, header.version_minor));
        }
        window.pass(LENGTH);
        let (link, check) = network(header.network.0.cast_unsigned());
        Ok(Self {
            big_endian: header.is_bigendian(),
            header: if header.is_modified_format() { 24 } else { 16 },
            lengths: Lengths::of(&header),
            link,
            check,
            unit: if header.is_nanosecond_precision() { 1 } else { 1000 },
        })
    }

    #[inline]
    pub(super) fn next(&self, window: &mut Window) -> Result<Option<Found>, Fault> {
        const SECOND: u64 = 1_000_000_000;
        if !window.reaches(self.header)? {
            return if window.bytes().is_empty() { Ok(None) } else { Err(Fault::Cut) };
        }
        let [seconds, fraction, first, second] = self.words(window.bytes());
        let (captured, wire) = self.lengths.in_order(first, second);
        let (at, captured) = (self.header, captured as usize);
        if captured > PACKET_MAX {
            return Err(Fault::Length { what: "a packet", length: captured });
        }
        let passed = at + captured;
        if !window.reaches(passed)? {
            return Err(Fault::Cut);
        }
        let time = u64::from(seconds) * SECOND + u64::from(fraction) * self.unit;
        Ok(Some(Found { time, link: self.link, wire, at, captured, passed }.without_check(self.check)))
    }

    #[inline]
    fn words(&self, bytes: &[u8]) -> [u32; 4] {
        let (words, _) = bytes.as_chunks();
        let number = if self.big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        std::array::from_fn(|nth| words.get(nth).copied().map_or(0, number))
    }
}

impl Lengths {
    const fn of(header: &PcapHeader) -> Self {
        match header.version_minor {
            0..3 => Self::Wire,
            3 => Self::LessFirst,
            _ => Self::Captured,
        }
    }

    /// What was captured, and what there was.
    #[inline]
    const fn in_order(self, first: u32, second: u32) -> (u32, u32) {
        match self {
            Self::Captured => (first, second),
            Self::LessFirst if first <= second => (first, second),
            Self::Wire | Self::LessFirst => (second, first),
        }
    }
}

/// The link type, and the bytes of the check sequence if there is one: words of 16 bits in the upper four bits.
const fn network(field: u32) -> (LinkType, u32) {
    const LINK: u32 = 0x03ff_ffff;
    const HAS_CHECK: u32 = 1 << 26;
    let check = if field & HAS_CHECK != 0 { 2 * (field >> 28) } else { 0 };
    (LinkType(field & LINK), check)
}
