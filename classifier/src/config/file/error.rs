//! Why a file is refused, each in one line.

use std::{fmt, io, path::PathBuf};

use thiserror::Error;

use super::Place;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The settings.
    Configuration,
    /// A firewall policy that is tried.
    Policy,
}

impl Purpose {
    /// The flag that names the file.
    const fn flag(self) -> &'static str {
        match self {
            Self::Configuration => "--config",
            Self::Policy => "--policy",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "configuration",
            Self::Policy => "policy",
        })
    }
}

/// A file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read at all.
    #[error("cannot read the {purpose} file {path}: {cause}; give one that can be read with {}", purpose.flag())]
    Read {
        /// What for.
        purpose: Purpose,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// It is not a file that anyone wrote.
    #[error("{path} is longer than 1 MiB, which no {purpose} is; give another file with {}", purpose.flag())]
    TooLong {
        /// What for.
        purpose: Purpose,
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
