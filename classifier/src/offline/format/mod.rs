// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads capture files: pcap and pcapng, packet by packet, of any length.

use std::io::{self, ErrorKind, Read};

use pcap_parser::SHB_MAGIC;
use thiserror::Error;

use super::LinkType;

mod pcap;
mod pcapng;
mod units;
mod window;

use self::{pcap::Pcap, pcapng::PcapNg, window::Window};

/// Most bytes of a packet in a pcap file, as in libpcap (`MAXIMUM_SNAPLEN`).
const PACKET_MAX: usize = 256 * 1024;
/// Most bytes of a pcapng block that is parsed.
const BLOCK_MAX: usize = 16 * 1024 * 1024;

/// A captured packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Time of the capture, in nanoseconds since 1970.
    pub time: u64,
    /// Link type.
    pub link: LinkType,
    /// Original length, from the link-layer header or its substitute on, without a frame check sequence.
    pub wire: u32,
    /// Captured bytes: the beginning of the packet, or all of it.
    pub bytes: &'a [u8],
}

/// Reason why a capture cannot be read further.
#[derive(Debug, Error)]
pub enum Fault {
    /// The operating system or the decompression fails.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The file is truncated.
    #[error("is truncated")]
    Cut,
    /// The file is empty.
    #[error("is empty")]
    Empty,
    /// The compression is unsupported.
    #[error("is compressed by {0}; decompress it")]
    Compression(&'static str),
    /// The first bytes are those of no capture.
    #[error("is not a capture: its first bytes are {0}")]
    Unknown(String),
    /// The version is unsupported.
    #[error("has version {0}.{1}, which is not supported")]
    Version(u16, u16),
    /// A length is invalid.
    #[error("is corrupt: {what} of {length} bytes")]
    Length {
        /// Name of the field's owner.
        what: &'static str,
        /// Value of the length.
        length: usize,
    },
    /// A block lacks a required field.
    #[error("is corrupt: {0}")]
    Block(&'static str),
}

/// Position from which a capture cannot be read.
#[derive(Debug)]
pub struct Broken {
    /// Number of the next packet, from 1.
    pub packet: u64,
    /// Offset of the unreadable part in the file.
    pub offset: u64,
    /// Problem of that part.
    pub fault: Fault,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::UnexpectedEof { Self::Cut } else { Self::Read(error) }
    }
}

/// Position of a packet in the window.
struct Found {
    time: u64,
    link: LinkType,
    wire: u32,
    at: usize,
    captured: usize,
    /// Bytes up to the next block or packet.
    passed: usize,
}

impl Found {
    /// Removes a frame check sequence of `check` bytes.
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

/// A capture that is being read.
pub struct Packets {
    window: Window,
    format: Format,
    /// Bytes of the packet that was returned last.
    given: usize,
    count: u64,
}

impl Packets {
    /// Reads the beginning of an uncompressed capture.
    ///
    /// # Errors
    ///
    /// When the stream is no capture.
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

    /// Reads the next packet; `None` after the last.
    ///
    /// # Errors
    ///
    /// When the file is corrupt or truncated. Nothing is read after that.
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
