// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes to standard output, for every command.

use std::io::{self, ErrorKind, Write as _};

use thiserror::Error;

/// Error of writing to standard output.
#[derive(Debug, Error)]
#[error("cannot write to standard output: {0}; check its target and the free space")]
pub struct StdoutError(#[from] io::Error);

impl StdoutError {
    /// Tells whether the reader has closed its end, as `| head` does, which is no error.
    #[must_use]
    pub fn reader_is_gone(&self) -> bool {
        self.0.kind() == ErrorKind::BrokenPipe
    }
}

/// Writes a text, and flushes it.
///
/// # Errors
///
/// When the text is not written as a whole.
pub fn write(text: &str) -> Result<(), StdoutError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
