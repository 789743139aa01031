//! Why a web configuration is refused, each in one line.

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::config::Place;

/// A web configuration cannot be used.
#[derive(Debug, Error)]
pub enum WebError {
    /// It cannot be read at all.
    #[error("cannot read the web configuration {path}: {cause}; give one that can be read with --web-config")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// Something in it, or in a file that it names, is wrong.
    #[error("{path}:{place}: {complaint}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// The key, the cause and the remedy.
        complaint: String,
    },
    /// It would leave the server open that it protects now.
    #[error(
        "{path} has no {key} any more, which a running agent does not give up; restart it to serve without"
    )]
    Unprotected {
        /// The file.
        path: PathBuf,
        /// What is missing.
        key: &'static str,
    },
    /// Nothing can be kept secret.
    #[error("the system gives no random numbers; see getrandom(2), the service's sandbox may forbid it")]
    NoRandomNumbers,
}
