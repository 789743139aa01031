// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads files of settings: regular ones of limited length.

use std::{
    fs::OpenOptions,
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use super::{FileError, Purpose, Refusal};

/// Largest size of a file.
const BYTES_MAX: u64 = 1 << 20;

/// Reads the bytes of a file. A pipe is opened without waiting, and rejected: a reload must not wait for a
/// writer.
pub(crate) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 MiB"));
    }
    Ok(bytes)
}

/// Reads and parses a file.
pub(crate) fn read<T>(
    purpose: Purpose,
    path: &Path,
    meaning: impl FnOnce(&str) -> Result<T, Refusal>,
) -> Result<T, FileError> {
    let bytes = bytes(path).map_err(|cause| FileError::Read { purpose, path: path.to_owned(), cause })?;
    understand(path, &bytes, meaning)
}

/// Parses the bytes of a file.
pub(crate) fn understand<T>(
    path: &Path,
    bytes: &[u8],
    meaning: impl FnOnce(&str) -> Result<T, Refusal>,
) -> Result<T, FileError> {
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let understood = if text.len() < bytes.len() {
        Err(Refusal::new(text.len(), "not UTF-8; save the file in UTF-8"))
    } else {
        meaning(text)
    };
    understood.map_err(|refusal| refusal.in_file(path, text))
}
