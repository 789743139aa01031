// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads samples from a recording: a file with the objects of `--format json`, one a line.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Lines},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use thiserror::Error;

use super::{Due, recorded_line::RecordedLine};
use crate::top::sample::Sample;

/// Reason why a recording gives no sample.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {cause}; give a file that --record wrote")]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Reason of the system.
        cause: io::Error,
    },
    /// A line is no sample.
    #[error("{path}, line {line}: {cause}; give a file that --record wrote")]
    Line {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line.
        line: usize,
        /// Reason of the parser.
        cause: serde_json::Error,
    },
    /// The file has no line.
    #[error("{0} has no sample; give a file that --record wrote")]
    Empty(PathBuf),
    /// The source could not be read when this was recorded.
    #[error("{0}")]
    Recorded(String),
    /// There is no further sample.
    #[error("the recording has ended; its last numbers are shown")]
    Ended,
}

/// A recording that is played. Times are since its first sample.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    /// Lines that were read.
    read: usize,
    /// Moment of the first sample, in seconds since the epoch.
    first: f64,
    /// Next line; `None` after the last one.
    next: Option<Result<RecordedLine, RecordingError>>,
    /// Time of the last sample that was taken.
    time: Duration,
    /// True if the end was told.
    has_ended: bool,
}

impl Recording {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// When its first line is no sample.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let read = |cause| RecordingError::Read { path: path.to_owned(), cause };
        let lines = BufReader::new(File::open(path).map_err(read)?).lines();
        let mut recording = Self {
            path: path.to_owned(),
            lines,
            read: 0,
            first: 0.0,
            next: None,
            time: Duration::ZERO,
            has_ended: false,
        };
        let first = recording.read_line().ok_or_else(|| RecordingError::Empty(path.to_owned()))??;
        recording.first = first.at;
        recording.next = Some(Ok(first));
        Ok(recording)
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the moment of the last sample that was taken.
    #[must_use]
    pub fn moment(&self) -> SystemTime {
        UNIX_EPOCH + Duration::try_from_secs_f64(self.first).unwrap_or_default() + self.time
    }

    /// Returns the time of the next sample; the end is told at the time of the last one.
    #[must_use]
    pub fn due(&self) -> Due {
        let since =
            |line: &RecordedLine| Duration::try_from_secs_f64(line.at - self.first).unwrap_or_default();
        match &self.next {
            Some(next) => Due::At(next.as_ref().map_or(self.time, since).max(self.time)),
            None if self.has_ended => Due::Never,
            None => Due::At(self.time),
        }
    }

    /// Tells whether there is another sample.
    #[must_use]
    pub const fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Returns the time of the last sample that was taken.
    #[must_use]
    pub const fn time(&self) -> Duration {
        self.time
    }

    /// Takes the next sample.
    ///
    /// # Errors
    ///
    /// When the line is none, when the source could not be read at that moment, or after the last sample.
    pub fn take(&mut self) -> Result<Sample, RecordingError> {
        if let Due::At(time) = self.due() {
            self.time = time;
        }
        let Some(line) = self.next.take() else {
            self.has_ended = true;
            return Err(RecordingError::Ended);
        };
        self.next = self.read_line();
        line?.sample().map_err(RecordingError::Recorded)
    }

    fn read_line(&mut self) -> Option<Result<RecordedLine, RecordingError>> {
        let line = self.lines.next()?;
        self.read += 1;
        let path = || self.path.clone();
        Some(line.map_err(|cause| RecordingError::Read { path: path(), cause }).and_then(|line| {
            serde_json::from_str(&line).map_err(|cause| RecordingError::Line {
                path: path(),
                line: self.read,
                cause,
            })
        }))
    }
}
