// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Opens files and standard input, decompressed.

use std::{
    fs::{File, Metadata},
    io::{self, Cursor, Read},
    path::Path,
};

use super::{Fault, gzip, progress::Progress, zstd};

/// A decompressed stream of a capture.
pub(super) struct Input {
    pub source: Box<dyn Read>,
    /// True if the file is compressed.
    pub is_compressed: bool,
}

/// Name of standard input.
const STDIN: &str = "-";

const OTHERS: [(&[u8], &str); 4] = [
    (&[0xfd, b'7', b'z', b'X', b'Z'], "xz"),
    (b"BZh", "bzip2"),
    (&[0x04, 0x22, 0x4d, 0x18], "lz4"),
    (b"PK\x03\x04", "zip"),
];

/// Opens a file, or standard input; shows its progress if `shown`.
pub(super) fn open(path: &Path, shown: bool) -> io::Result<Box<dyn Read>> {
    if path.as_os_str() == STDIN {
        return Ok(Progress::of(io::stdin(), None, shown));
    }
    let file = File::open(path)?;
    let length = file.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len());
    Ok(Progress::of(file, length, shown))
}

/// Decompresses a stream if it is compressed.
pub(super) fn decompressed(mut file: Box<dyn Read>) -> Result<Input, Fault> {
    const LONGEST: u64 = 6;
    let mut first = Vec::new();
    file.by_ref().take(LONGEST).read_to_end(&mut first)?;
    let begins = |magic: &[u8]| first.starts_with(magic);
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| begins(magic)) {
        return Err(Fault::Compression(name));
    }
    let is_gzip = begins(gzip::MAGIC);
    let is_zstd = zstd::begins(&first);
    let whole = Cursor::new(first).chain(file);
    let source: Box<dyn Read> = match (is_gzip, is_zstd) {
        (true, _) => Box::new(gzip::Members::new(whole)),
        (_, true) => Box::new(zstd::Frames::new(whole)),
        _ => Box::new(whole),
    };
    Ok(Input { source, is_compressed: is_gzip || is_zstd })
}
