// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of reading a pin directory, with remedies for an operator.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::datapath::pins::PinError;

/// Reason why the pins of a directory cannot be read.
#[derive(Debug, Error)]
pub enum ViewError {
    /// The directory is missing, or has no pins of an agent.
    #[error(
        "nothing is pinned in {}; start an agent with `classifier run`, or give its pin directory with --pin-dir", .0.display()
    )]
    Nothing(PathBuf),
    /// The layout record has an unknown grammar.
    #[error(
        "pins in {} have a layout record that this build cannot read; use the `classifier` of the build that pinned \
         them", .0.display()
    )]
    Words(PathBuf),
    /// The pinned peers of connections cannot be read.
    #[error("cannot read the records of peers: {0}; use the `classifier` of the build that pinned them")]
    Evidence(String),
    /// The kernel refuses an operation.
    #[error("cannot {what} {}: {cause}; {}", .path.display(), remedy(.cause))]
    Refused {
        /// Name of the operation.
        what: &'static str,
        /// Path of the operation.
        path: PathBuf,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// Another error of the directory.
    #[error(transparent)]
    Pin(PinError),
}

impl ViewError {
    /// Maps an I/O error of an operation on a path to a [`ViewError`].
    pub(super) fn refused(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Refused { what, path, cause }
    }

    /// Tells whether a pin has gone before it could be read: an agent takes over, or an interface is
    /// forgotten.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }
}

impl From<PinError> for ViewError {
    fn from(error: PinError) -> Self {
        if let PinError::Refused { what, path, cause } = error {
            Self::Refused { what, path, cause }
        } else {
            Self::Pin(error)
        }
    }
}

fn remedy(cause: &io::Error) -> &'static str {
    if cause.kind() == io::ErrorKind::PermissionDenied {
        "run as root, or as the user of the agent (--user)"
    } else {
        "retry, an agent may be starting or ending; else report it with `uname -r`"
    }
}
