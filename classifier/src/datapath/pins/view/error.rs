//! Why what is pinned cannot be looked at, in words that an operator can act on.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::datapath::pins::PinError;

/// What is pinned in a folder cannot be looked at.
#[derive(Debug, Error)]
pub enum ViewError {
    /// There is no folder, or nothing of an agent's in it.
    #[error(
        "nothing is pinned in {}: start an agent with `classifier run`, or name the folder that it was given with \
         --pin-dir", .0.display()
    )]
    Nothing(PathBuf),
    /// The words beside the counters are in another grammar.
    #[error(
        "what is pinned in {} is described in a way that this build does not know; use the `classifier` of the build \
         that pinned it", .0.display()
    )]
    Words(PathBuf),
    /// What it says of whom connections were with.
    #[error("what was seen of sources cannot be read: {0}")]
    Evidence(String),
    /// The kernel refuses.
    #[error("cannot {what} {}: {cause}; {}", .path.display(), remedy(.cause))]
    Refused {
        /// What was to be done.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// Something else is wrong with the folder.
    #[error(transparent)]
    Pin(PinError),
}

impl ViewError {
    /// For `map_err`: the kernel refuses to do this with that.
    pub(super) fn refused(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Refused { what, path, cause }
    }

    /// Whether a pin was gone before it could be looked at: an agent takes over, or an interface is forgotten.
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
        "look as root, or as the user that the agent was given with --user"
    } else {
        "look again, an agent may just be starting or ending; else report it with `uname -r`"
    }
}
