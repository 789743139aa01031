// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decompresses a gzip file: consecutive members (RFC 1952 §2.2), and zeros that fill up a tape or a block.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// First bytes of a member.
pub(super) const MAGIC: &[u8] = &[0x1f, 0x8b];

/// Concatenated content of the members.
pub(super) struct Members<R> {
    /// Current member; `None` after the last one.
    member: Option<GzDecoder<BufReader<R>>>,
}

impl<R: Read> Members<R> {
    /// Creates a reader of a file that begins with a member.
    pub(super) fn new(source: R) -> Self {
        Self { member: Some(GzDecoder::new(BufReader::new(source))) }
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count != 0 || buffer.is_empty() {
                return Ok(count);
            }
            let source = self.member.take().map(GzDecoder::into_inner);
            self.member = source.map(next).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// Opens the next member; `None` at the end of the file. gzip ignores zeros there too.
fn next<R: BufRead>(mut source: R) -> io::Result<Option<GzDecoder<R>>> {
    if source.fill_buf()?.first() == Some(&MAGIC[0]) {
        return Ok(Some(GzDecoder::new(source)));
    }
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            let error = "the bytes after its last member are neither gzip nor zeros";
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        let zeros = bytes.len();
        source.consume(zeros);
    }
}
