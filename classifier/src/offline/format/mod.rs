//! Captures as files have them: pcap and pcapng, packet by packet, whatever their length.

use std::io::{self, ErrorKind, Read};

use pcap_parser::SHB_MAGIC;
use thiserror::Error;

use super::LinkType;

mod pcap;
mod pcapng;
mod units;
mod window;

use self::{pcap::Pcap, pcapng::PcapNg, window::Window};

/// Bytes of a packet in a pcap file at most, as for everybody who writes them (`MAXIMUM_SNAPLEN` of libpcap).
const PACKET_MAX: usize = 256 * 1024;
/// Bytes of a block in a pcapng file at most that is looked into.
const BLOCK_MAX: usize = 16 * 1024 * 1024;

/// A captured packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When it was captured, in nanoseconds since 1970.
    pub time: u64,
    /// What it begins with.
    pub link: LinkType,
    /// Bytes that it had, from its link-layer header or what stands for it on, without a check sequence.
    pub wire: u32,
    /// Its beginning, or all of it.
    pub bytes: &'a [u8],
}

/// A capture cannot be read on.
#[derive(Debug, Error)]
pub enum Fault {
    /// The operating system, or the decompression.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The file has no more bytes.
    #[error("is cut off")]
    Cut,
    /// It has none at all.
    #[error("is empty")]
    Empty,
    /// It is compressed in a way that is not known.
    #[error("is compressed by {0}; decompress it")]
    Compression(&'static str),
    /// Its first bytes are those of no capture.
    #[error("is no capture, by its first bytes {0}")]
    Unknown(String),
    /// Its version is none that is known.
    #[error("is of version {0}.{1}, which is not known")]
    Version(u16, u16),
    /// A length that cannot be one.
    #[error("is corrupt: {what} of {length} bytes")]
    Length {
        /// What has it.
        what: &'static str,
        /// What it says.
        length: usize,
    },
    /// A block that does not hold what it has to.
    #[error("is corrupt: {0}")]
    Block(&'static str),
}

/// Where a capture cannot be read on.
#[derive(Debug)]
pub struct Broken {
    /// The number that the next packet would have, from 1.
    pub packet: u64,
    /// Where in the file what cannot be read begins.
    pub offset: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::UnexpectedEof { Self::Cut } else { Self::Read(error) }
    }
}

/// Where a packet stands among the bytes that are there.
struct Found {
    time: u64,
    link: LinkType,
    wire: u32,
    at: usize,
    captured: usize,
    /// Bytes up to what follows it.
    passed: usize,
}

impl Found {
    /// The packet's bytes and its length, without `check` bytes behind it.
    fn without_check(mut self, check: u32) -> Self {
        let captured = u32::try_from(self.captured).unwrap_or(u32::MAX);
        self.wire = self.wire.max(captured).saturating_sub(check);
        self.captured = self.captured.min(self.wire as usize);
        self
    }
}

enum Format {
    Pcap(Pcap),
    PcapNg(PcapNg),
}

/// A capture while it is read.
pub struct Packets {
    window: Window,
    format: Format,
    /// Bytes of the packet that was given last.
    given: usize,
    count: u64,
}

impl Packets {
    /// Reads the beginning of a capture, which is not compressed.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn of(source: Box<dyn Read>) -> Result<Self, Fault> {
        let mut window = Window::new(source);
        if !window.reaches(4)? {
            return Err(if window.bytes().is_empty() { Fault::Empty } else { unknown(window.bytes()) });
        }
        let format = match window.bytes().first_chunk().copied().map(u32::from_le_bytes) {
            Some(SHB_MAGIC) => Format::PcapNg(PcapNg::default()),
            _ => Format::Pcap(Pcap::begin(&mut window)?),
        };
        Ok(Self { window, format, given: 0, count: 0 })
    }

    /// The next packet; `None` behind the last.
    ///
    /// # Errors
    ///
    /// When the file does not go on as it should; it does not go on at all then.
    #[inline]
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, Broken> {
        self.window.pass(self.given);
        self.given = 0;
        let found = match &mut self.format {
            Format::Pcap(pcap) => pcap.next(&mut self.window),
            Format::PcapNg(pcapng) => pcapng.next(&mut self.window),
        };
        let found = found.map_err(|fault| {
            let (packet, offset) = (self.count + 1, self.window.passed());
            Broken { packet, offset, fault }
        })?;
        let Some(Found { time, link, wire, at, captured, passed }) = found else { return Ok(None) };
        self.given = passed;
        self.count += 1;
        let bytes = &self.window.bytes()[at..][..captured];
        Ok(Some(Packet { time, link, wire, bytes }))
    }
}

fn unknown(bytes: &[u8]) -> Fault {
    let first = bytes.iter().take(4).map(|byte| format!("{byte:02x}"));
    Fault::Unknown(first.collect::<Vec<_>>().join(" "))
}
