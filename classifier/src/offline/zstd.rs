//! A zstd file: frames, one after the other (RFC 8878 §3).

use std::io::{self, Cursor, ErrorKind, Read};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

/// What begins a frame, the lowest byte first.
pub(super) const MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// What a reader passes over begins with 0x50 to 0x5f, then these (RFC 8878 §3.1.2).
const SKIPPED: &[u8] = &[0x2a, 0x4d, 0x18];

/// Bytes that are decoded at a stretch, and a block more.
const STRETCH: usize = 128 * 1024;

/// Whether a file that begins so is one of zstd.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let is_skipped =
        |first: &u8| first >> 4 == 5 && bytes.get(1..).is_some_and(|rest| rest.starts_with(SKIPPED));
    bytes.starts_with(MAGIC) || bytes.first().is_some_and(is_skipped)
}

/// What frames hold, put together.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
    /// Why a frame does not go on: said when all that came before is read.
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

    /// Decodes on. The decoder keeps the last bytes back for as long as others may refer to them: where none can
    /// follow, it is told that the frame ends.
    fn decode(&mut self) {
        const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        let strategy = BlockDecodingStrategy::UptoBytes(STRETCH);
        if let Err(error) = self.decoder.decode_blocks(&mut self.source, strategy) {
            self.failure = Some(error);
            // Where that fails too, so has everything.
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
            return Err(io::Error::new(ErrorKind::InvalidData, "the checksum of a zstd frame is another"));
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
