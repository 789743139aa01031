// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A capture that knows its file name.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use super::{
    Fault, OfflineError, Packet,
    format::{Broken, Packets},
    input::{self, Input},
};

/// A capture that is being read.
pub struct Capture {
    file: PathBuf,
    is_compressed: bool,
    packets: Packets,
}

impl Capture {
    /// Opens a file, or standard input for `-`, plain or compressed by gzip or zstd; shows its progress on a
    /// terminal if `shown`.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, or is no capture.
    pub fn open(file: &Path, shown: bool) -> Result<Self, OfflineError> {
        let of_file = |cause| OfflineError::Open { file: file.into(), cause };
        Self::read(file, input::open(file, shown).map_err(of_file)?)
    }

    /// Reads a stream that comes from `file`, plain or compressed by gzip or zstd.
    ///
    /// # Errors
    ///
    /// When the stream is no capture.
    pub fn read(file: &Path, source: Box<dyn Read>) -> Result<Self, OfflineError> {
        let of_beginning = |fault| OfflineError::Begin { file: file.into(), fault };
        let (packets, is_compressed) = begin(source).map_err(of_beginning)?;
        Ok(Self { file: file.into(), is_compressed, packets })
    }

    /// Reads the next packet; `None` after the last.
    ///
    /// # Errors
    ///
    /// When the file is truncated or corrupt, with the packet's number in the file and the byte where it
    /// begins. Nothing is read after that.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, OfflineError> {
        let Self { file, is_compressed, packets } = self;
        packets.next_packet().map_err(|Broken { packet, offset, fault }| OfflineError::Broken {
            file: file.clone(),
            packet,
            offset,
            is_compressed: *is_compressed,
            fault,
        })
    }

    /// Returns the file's name as it was given.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

fn begin(source: Box<dyn Read>) -> Result<(Packets, bool), Fault> {
    let Input { source, is_compressed } = input::decompressed(source)?;
    Ok((Packets::of(source)?, is_compressed))
}
