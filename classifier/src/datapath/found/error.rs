// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reasons why an agent cannot be found or read.

use std::{error::Error, io};

use aya::maps::MapError;
use rustix::io::Errno;
use thiserror::Error;

use crate::datapath::os_error::os_error;

/// The kernel does not let agents be listed.
#[derive(Debug, Error)]
pub enum FindError {
    /// The process lacks this capability.
    #[error("missing CAP_SYS_ADMIN: run as root; looking up programs by number needs it")]
    Privilege,
    /// The kernel returns an error.
    #[error("cannot list {what}: {cause}; check whether `bpftool prog` works, and report it with `uname -r`")]
    Kernel {
        /// Objects that were to be listed.
        what: &'static str,
        /// The kernel's error.
        #[source]
        cause: io::Error,
    },
}

impl FindError {
    /// Converts an error; `None` if the object has gone before it could be read.
    pub(super) fn unless_gone(what: &'static str, cause: &(dyn Error + 'static)) -> Option<Self> {
        let error = os_error(cause).unwrap_or_else(|| io::Error::other(cause.to_string()));
        match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT) => None,
            Some(Errno::PERM | Errno::ACCESS) => Some(Self::Privilege),
            _ => Some(Self::Kernel { what, cause: error }),
        }
    }
}

/// Part of an agent that cannot be read.
#[derive(Debug, Error)]
pub(in crate::datapath) enum Problem {
    /// A map of this build's agents is missing.
    #[error("it has no map {0} and comes from another build; use the `classifier` of that build")]
    Missing(&'static str),
    /// A map has another layout than this build's.
    #[error(
        "its map {map} has entries of {found} bytes instead of {expected} and comes from another build; use the \
         `classifier` of that build"
    )]
    Layout {
        /// Name of the map.
        map: &'static str,
        /// Bytes of a key and its value.
        found: usize,
        /// Bytes of them in this build.
        expected: usize,
    },
    /// The kernel refuses to read a map.
    #[error("its map {map} cannot be read: {cause}; retry, the agent may be ending")]
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
