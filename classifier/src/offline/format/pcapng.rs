// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads pcapng files: sections of blocks with packets or interfaces.

use pcap_parser::{
    Block, EPB_MAGIC, IDB_MAGIC, InterfaceDescriptionBlock, OptionCode, SHB_MAGIC, SPB_MAGIC, UnknownBlock,
    parse_block_be, parse_block_le, traits::PcapNGPacketBlock as _,
};

use super::{BLOCK_MAX, Fault, Found, units::Units, window::Window};
use crate::offline::LinkType;

/// Type of the packet block before [`EPB_MAGIC`].
const OLD_PACKET: u32 = 2;
/// Bytes of a block's type, length, and repeated length.
const FRAME: usize = 12;
/// Most interfaces of a section, since their parameters are kept.
const INTERFACES: usize = 65_536;
/// Supported major and minor versions; the second is written for blocks that are skipped here.
const VERSIONS: [(u16, u16); 2] = [(1, 0), (1, 2)];

/// The current section of the file.
#[derive(Default)]
pub(super) struct PcapNg {
    big_endian: bool,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy)]
struct Interface {
    link: LinkType,
    units: Units,
    /// Most captured bytes of a packet; 0: all.
    snap: u32,
    /// Bytes of a frame check sequence after each packet.
    check: u32,
}

/// Fields of a packet's block, of any type.
struct Described {
    interface: usize,
    /// Time in the interface's units; `None` if missing.
    time: Option<u64>,
    wire: u32,
    at: usize,
    captured: usize,
    /// True if options may follow the packet's bytes.
    has_options: bool,
}

impl PcapNg {
    pub(super) fn next(&mut self, window: &mut Window) -> Result<Option<Found>, Fault> {
        loop {
            if !window.reaches(FRAME)? {
                return if window.bytes().is_empty() { Ok(None) } else { Err(Fault::Cut) };
            }
            let (kind, length) = self.head(window.bytes())?;
            if !matches!(kind, SHB_MAGIC | IDB_MAGIC | SPB_MAGIC | EPB_MAGIC | OLD_PACKET) {
                self.skip(window, length)?;
                continue;
            }
            if length > BLOCK_MAX {
                return Err(Fault::Length { what: "a block", length });
            }
            if !window.reaches(length)? {
                return Err(Fault::Cut);
            }
            let block = &window.bytes()[..length];
            self.ends(&block[length - 4..], length)?;
            if let Some(found) = self.look(block)? {
                return Ok(Some(found));
            }
            window.pass(length);
        }
    }

    /// Parses type and length of a block. A section declares its own byte order.
    fn head(&mut self, bytes: &[u8]) -> Result<(u32, usize), Fault> {
        const ORDER: u32 = 0x1a2b_3c4d;
        let word = |at: usize| bytes[at..].first_chunk().copied().unwrap_or_default();
        if u32::from_le_bytes(word(0)) == SHB_MAGIC {
            self.big_endian = match (u32::from_le_bytes(word(8)), u32::from_be_bytes(word(8))) {
                (ORDER, _) => false,
                (_, ORDER) => true,
                _ => return Err(Fault::Block("a section's byte order")),
            };
        }
        let length = self.number(word(4)) as usize;
        if length < FRAME || !length.is_multiple_of(4) {
            return Err(Fault::Length { what: "a block", length });
        }
        Ok((self.number(word(0)), length))
    }

    const fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    const fn half(&self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    /// Checks the length at the end of a block.
    fn ends(&self, last: &[u8], length: usize) -> Result<(), Fault> {
        let again = last.first_chunk().map(|bytes| self.number(*bytes) as usize);
        if again == Some(length) { Ok(()) } else { Err(Fault::Block("a block's two lengths differ")) }
    }

    /// Skips a block without packets, piece by piece: it may have any length.
    fn skip(&self, window: &mut Window, length: usize) -> Result<(), Fault> {
        const PIECE: usize = 64 * 1024;
        let mut left = length;
        while left > PIECE {
            if !window.reaches(PIECE)? {
                return Err(Fault::Cut);
            }
            // Both are multiples of four: the length at the end stays whole.
            window.pass(PIECE);
            left -= PIECE;
        }
        if !window.reaches(left)? {
            return Err(Fault::Cut);
        }
        self.ends(&window.bytes()[left - 4..left], length)?;
        window.pass(left);
        Ok(())
    }

    /// Parses a whole block.
    fn look(&mut self, block: &[u8]) -> Result<Option<Found>, Fault> {
        let parse = if self.big_endian { parse_block_be } else { parse_block_le };
        // A block whose fields are longer than itself is invalid.
        let (_, parsed) = parse(block).map_err(|_| Fault::Block("a block's fields"))?;
        let described = match parsed {
            Block::SectionHeader(section) => {
                let version = (section.major_version, section.minor_version);
                if !VERSIONS.contains(&version) {
                    return Err(Fault::Version(version.0, version.1));
                }
                self.interfaces.clear();
                return Ok(None);
            }
            Block::InterfaceDescription(interface) => return self.add(&interface).map(|()| None),
            Block::EnhancedPacket(packet) => Described {
                interface: packet.if_id as usize,
                time: Some(u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low)),
                wire: packet.origlen,
                at: 28,
                captured: packet.packet_data().len(),
                has_options: true,
            },
            Block::SimplePacket(packet) => {
                let most = self.interfaces.first().map_or(0, |interface| interface.snap);
                let most = if most == 0 { usize::MAX } else { most as usize };
                let captured = packet.packet_data().len().min(most);
                Described {
                    interface: 0,
                    time: None,
                    wire: packet.origlen,
                    at: 12,
                    captured,
                    has_options: false,
                }
            }
            Block::Unknown(packet) => self.old_packet(&packet)?,
            Block::NameResolution(_)
            | Block::InterfaceStatistics(_)
            | Block::SystemdJournalExport(_)
            | Block::DecryptionSecrets(_)
            | Block::ProcessInformation(_)
            | Block::Custom(_) => return Ok(None),
        };
        self.found(&described, block).map(Some)
    }

    fn found(&self, described: &Described, block: &[u8]) -> Result<Found, Fault> {
        let Described { interface, time, wire, at, captured, has_options } = *described;
        let interface = self.interfaces.get(interface).ok_or(Fault::Block("a packet of no interface"))?;
        let Interface { link, units, check, .. } = *interface;
        // A capture's clock never runs backwards: a packet without a time gets that of the previous one.
        let time = time.map_or(0, |time| units.nanoseconds(time));
        let options = if has_options { at + captured.next_multiple_of(4)..block.len() - 4 } else { 0..0 };
        let own = block.get(options).and_then(|options| self.check_of(options));
        let found = Found { time, link, wire, at, captured, passed: block.len() };
        Ok(found.without_check(own.unwrap_or(check)))
    }

    fn add(&mut self, interface: &InterfaceDescriptionBlock<'_>) -> Result<(), Fault> {
        /// `if_fcslen`, in bits.
        const CHECK: u16 = 13;
        if self.interfaces.len() == INTERFACES {
            return Err(Fault::Block("a section has too many interfaces"));
        }
        let option = |code| {
            let found = interface.options.iter().find(|option| option.code == code);
            found.and_then(|option| option.as_bytes().ok())
        };
        let offset = option(OptionCode::IfTsoffset).and_then(|bytes| bytes.first_chunk().copied());
        let offset = offset.map_or(0, |bytes| {
            if self.big_endian { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) }
        });
        let check = option(OptionCode(CHECK)).and_then(<[u8]>::first).map_or(0, |bits| u32::from(bits / 8));
        let link = LinkType(interface.linktype.0.cast_unsigned());
        let units = Units::new(interface.if_tsresol, offset);
        self.interfaces.push(Interface { link, units, snap: interface.snaplen, check });
        Ok(())
    }

    /// Returns the bytes of a packet's frame check sequence, if its flags tell; they win over those of its
    /// interface.
    fn check_of(&self, mut options: &[u8]) -> Option<u32> {
        const END: u16 = 0;
        /// Option code of `epb_flags`, and of `pack_flags` in the old block.
        const FLAGS: u16 = 2;
        while let Some((&[code_0, code_1, length_0, length_1], rest)) = options.split_first_chunk() {
            let length = usize::from(self.half([length_0, length_1]));
            match self.half([code_0, code_1]) {
                END => return None,
                FLAGS => {
                    let flags = self.number(*rest.first_chunk()?);
                    return Some(flags >> 5 & 0xf).filter(|bytes| *bytes > 0);
                }
                _ => options = rest.get(length.next_multiple_of(4)..)?,
            }
        }
        None
    }

    /// Parses the obsolete packet block: interface and drops in 16 bits each, the time's halves, the two
    /// lengths.
    fn old_packet(&self, block: &UnknownBlock<'_>) -> Result<Described, Fault> {
        const HEADER: usize = 20;
        let (header, rest) = block.data.split_at_checked(HEADER).ok_or(Fault::Block("a packet's header"))?;
        let word = |at: usize| self.number(header[at..].first_chunk().copied().unwrap_or_default());
        let interface = self.half([header[0], header[1]]);
        let captured = word(12) as usize;
        if captured > rest.len() {
            return Err(Fault::Length { what: "a packet", length: captured });
        }
        Ok(Described {
            interface: interface.into(),
            time: Some(u64::from(word(4)) << 32 | u64::from(word(8))),
            wire: word(16),
            at: 8 + HEADER,
            captured,
            has_options: true,
        })
    }
}
