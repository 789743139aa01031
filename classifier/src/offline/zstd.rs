// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decompresses a zstd file: consecutive frames (RFC 8878 §3).

use std::io::{self, Cursor, ErrorKind, Read};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

/// First bytes of a frame.
pub(super) const MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Bytes after the first one, 0x50 to 0x5f, of a skippable frame (RFC 8878 §3.1.2).
const SKIPPED: &[u8] = &[0x2a, 0x4d, 0x18];

/// Bytes that are decoded at once, plus up to one block.
const STRETCH: usize = 128 * 1024;

/// Tells whether a file that begins with these bytes is zstd.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let is_skipped =
        |first: &u8| first >> 4 == 5 && bytes.get(1..).is_some_and(|rest| rest.starts_with(SKIPPED));
    bytes.starts_with(MAGIC) || bytes.first().is_some_and(is_skipped)
}

/// Concatenated content of the frames.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
    /// Error of a frame, reported after all bytes before it.
    failure: Option<FrameDecoderError>,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), within: false, failure: None }
    }

    /// Begins the next frame; `false` at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        let mut first = [0];
        if read_some(&mut self.source, &mut first)? == 0 {
            return Ok(false);
        }
        match self.decoder.reset(Cursor::new(first).chain(&mut self.source)) {
            Ok(()) => self.within = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let mut skipped = (&mut self.source).take(length.into());
                if io::copy(&mut skipped, &mut io::sink())? < length.into() {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(corrupt(error)),
        }
        Ok(true)
    }

    /// Decodes more bytes. The decoder keeps its last bytes as long as later ones may refer to them: at the
    /// last byte it is told that the frame ends.
    fn decode(&mut self) {
        const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        let strategy = BlockDecodingStrategy::UptoBytes(STRETCH);
        if let Err(error) = self.decoder.decode_blocks(&mut self.source, strategy) {
            self.failure = Some(error);
            // A failure here repeats the previous one.
            let _ = self.decoder.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::All);
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.within = false;
        if let Some(error) = self.failure.take() {
            return Err(corrupt(error));
        }
        let said = self.decoder.get_checksum_from_data();
        if said.is_some() && said != self.decoder.get_calculated_checksum() {
            return Err(io::Error::new(
                ErrorKind::InvalidData,
                "the checksum of a zstd frame does not match",
            ));
        }
        Ok(())
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.within {
                let count = self.decoder.read(buffer)?;
                if count != 0 || buffer.is_empty() {
                    return Ok(count);
                }
                if self.failure.is_some() || self.decoder.is_finished() {
                    self.end()?;
                } else {
                    self.decode();
                }
            } else if !self.begin()? {
                return Ok(0);
            }
        }
    }
}

fn read_some(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

fn corrupt(error: FrameDecoderError) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
