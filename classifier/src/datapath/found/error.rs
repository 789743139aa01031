//! Why an agent cannot be found, or not be read.

use std::{error::Error, io};

use aya::maps::MapError;
use rustix::io::Errno;
use thiserror::Error;

use crate::datapath::os_error::os_error;

/// The kernel does not let agents be found.
#[derive(Debug, Error)]
pub enum FindError {
    /// Only who has this capability may.
    #[error("missing CAP_SYS_ADMIN: run as root; the kernel lets nobody else look programs up by number")]
    Privilege,
    /// It does not answer.
    #[error("cannot list {what}: {cause}; see whether `bpftool prog` can, and report it with `uname -r`")]
    Kernel {
        /// What was to be listed.
        what: &'static str,
        /// Its answer.
        #[source]
        cause: io::Error,
    },
}

impl FindError {
    /// `None` where the thing was only gone before it could be looked at.
    pub(super) fn unless_gone(what: &'static str, cause: &(dyn Error + 'static)) -> Option<Self> {
        let error = os_error(cause).unwrap_or_else(|| io::Error::other(cause.to_string()));
        match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT) => None,
            Some(Errno::PERM | Errno::ACCESS) => Some(Self::Privilege),
            _ => Some(Self::Kernel { what, cause: error }),
        }
    }
}

/// What of an agent cannot be read.
#[derive(Debug, Error)]
pub(in crate::datapath) enum Problem {
    /// A map that this build's agents have.
    #[error("it has no map {0}: it is of another build; use the `classifier` of that build")]
    Missing(&'static str),
    /// A map that holds something else than this build's.
    #[error(
        "its map {map} has entries of {found} bytes in place of {expected}: it is of another build; use the \
         `classifier` of that build"
    )]
    Layout {
        /// Name of the map.
        map: &'static str,
        /// Bytes of a key and its value.
        found: usize,
        /// The same as this build has it.
        expected: usize,
    },
    /// The kernel refuses.
    #[error("its map {map} cannot be read: {cause}; look again, the agent may just be ending")]
    Map {
        /// Name of the map.
        map: &'static str,
        /// The kernel's answer.
        #[source]
        cause: MapError,
    },
}

impl Problem {
    pub(super) fn map(map: &'static str) -> impl Fn(MapError) -> Self {
        move |cause| Self::Map { map, cause }
    }
}
