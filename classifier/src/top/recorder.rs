// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Records samples to a file, as the objects of `--format json`.

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{TopError, board::Board, written::Report};

/// A recording that is written.
#[derive(Debug)]
pub(super) struct Recorder {
    path: PathBuf,
    file: File,
}

impl Recorder {
    /// Creates the file; an existing one is left alone.
    pub(super) fn create(path: &Path) -> Result<Self, TopError> {
        let file = File::create_new(path).map_err(|cause| refused(path, cause))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Writes the newest sample of a source, or the reason why there is none.
    pub(super) fn write(&mut self, board: &Board, source: &str, at: SystemTime) -> Result<(), TopError> {
        let line = Report::of(board, source, at).line()?;
        self.file.write_all(line.as_bytes()).map_err(|cause| refused(&self.path, cause))
    }
}

fn refused(path: &Path, cause: io::Error) -> TopError {
    TopError::Record { path: path.to_owned(), cause }
}
