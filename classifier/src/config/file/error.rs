//! Why a file is refused, each in one line.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::Place;

/// A configuration file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read at all.
    #[error("cannot read the configuration file {path}: {cause}; give one that can be read with --config")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// It is not a file that anyone wrote.
    #[error("{path} is longer than 1 MiB, which no configuration is; give another file with --config")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// Something in it is wrong.
    #[error("{path}:{place}: {complaint}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// The key, the cause and the remedy.
        complaint: String,
    },
}
