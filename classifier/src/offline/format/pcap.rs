//! pcap: a header, and packets one after the other.

use pcap_parser::{
    LegacyPcapBlock, PcapError,
    nom::{Err, IResult, Needed},
    parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header,
};

use super::{Fault, Found, PACKET_MAX, unknown, window::Window};
use crate::offline::LinkType;

type Parse = fn(&[u8]) -> IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>>;

/// The one version since 1998.
const VERSION: u16 = 2;

/// What the file's header says.
pub(super) struct Pcap {
    parse: Parse,
    /// Bytes before each packet.
    header: usize,
    link: LinkType,
    /// Bytes of a check sequence behind each packet.
    check: u32,
    /// Nanoseconds of a unit of the time's fraction.
    unit: u64,
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
            return Err(Fault::Version(header.version_major));
        }
        window.pass(LENGTH);
        let (link, check) = network(header.network.0.cast_unsigned());
        let (parse, before): (Parse, usize) = if header.is_modified_format() {
            (parse_pcap_frame_modified, 24)
        } else if header.is_bigendian() {
            (parse_pcap_frame_be, 16)
        } else {
            (parse_pcap_frame, 16)
        };
        Ok(Self {
            parse,
            header: before,
            link,
            check,
            unit: if header.is_nanosecond_precision() { 1 } else { 1000 },
        })
    }

    #[inline]
    pub(super) fn next(&self, window: &mut Window) -> Result<Option<Found>, Fault> {
        loop {
            let there = window.bytes();
            let missing = match (self.parse)(there) {
                Ok((rest, packet)) => return Ok(Some(self.found(there.len() - rest.len(), &packet))),
                Err(Err::Incomplete(Needed::Size(missing))) => missing.get(),
                Err(_) => return Err(Fault::Block("a packet's header")),
            };
            let wanted = there.len().saturating_add(missing);
            let length = wanted.saturating_sub(self.header);
            if length > PACKET_MAX {
                return Err(Fault::Length { what: "a packet", length });
            }
            if !window.reaches(wanted)? {
                return if window.bytes().is_empty() { Ok(None) } else { Err(Fault::Cut) };
            }
        }
    }

    #[inline]
    fn found(&self, passed: usize, packet: &LegacyPcapBlock<'_>) -> Found {
        const SECOND: u64 = 1_000_000_000;
        let captured = packet.data.len();
        let time = u64::from(packet.ts_sec) * SECOND + u64::from(packet.ts_usec) * self.unit;
        let found =
            Found { time, link: self.link, wire: packet.origlen, at: passed - captured, captured, passed };
        found.without_check(self.check)
    }
}

/// The link type, and the bytes of the check sequence if there is one: words of 16 bits in the upper four bits.
const fn network(field: u32) -> (LinkType, u32) {
    const LINK: u32 = 0x03ff_ffff;
    const HAS_CHECK: u32 = 1 << 26;
    let check = if field & HAS_CHECK != 0 { 2 * (field >> 28) } else { 0 };
    (LinkType(field & LINK), check)
}
