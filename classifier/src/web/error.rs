// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of a web configuration, each in one line.

use std::path::PathBuf;

use thiserror::Error;

use crate::located::FileError;

/// Reason why a web configuration is refused.
#[derive(Debug, Error)]
pub enum WebError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The change would remove protection from a running server.
    #[error(
        "{path} has lost {key}, which a running agent does not turn off; restart the agent to serve without it"
    )]
    Unprotected {
        /// The file.
        path: PathBuf,
        /// Name of the missing key.
        key: &'static str,
    },
    /// No random numbers are available for secrets.
    #[error("the system gives no random numbers; see getrandom(2), the sandbox of the service may forbid it")]
    NoRandomNumbers,
}
