// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of files of settings, each in one line.

use std::{fmt, io, path::PathBuf};

use thiserror::Error;

use super::Place;

/// Purpose of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The settings.
    Configuration,
    /// The rules of a policy's dry run.
    Policy,
    /// Encryption and authentication of the HTTP server.
    Web,
}

impl Purpose {
    /// Returns the flag that names the file.
    const fn flag(self) -> &'static str {
        match self {
            Self::Configuration => "--config",
            Self::Policy => "--policy",
            Self::Web => "--web-config",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "configuration file",
            Self::Policy => "policy file",
            Self::Web => "web configuration",
        })
    }
}

/// Reason why a file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read the {purpose} {path}: {cause}; give a readable file with {}", purpose.flag())]
    Read {
        /// Purpose of the file.
        purpose: Purpose,
        /// The file.
        path: PathBuf,
        /// Cause.
        #[source]
        cause: io::Error,
    },
    /// The file, or a file that it names, has an error.
    #[error("{path}:{place}: {complaint}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// Position of the error.
        place: Place,
        /// The key, the cause and the remedy.
        complaint: String,
    },
}
