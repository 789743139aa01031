// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Raises the limit of file descriptors, and words errors of exhausted descriptors.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::debug;

/// Remedy for exhausted descriptors.
pub(crate) const REMEDY: &str =
    "no file descriptor is free; raise the hard limit (LimitNOFILE= of the service, `ulimit -Hn`)";

/// Raises the soft limit to the hard one. An agent that is started by hand has 1,024, of which each
/// connection and each attached interface takes some.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // A refusal leaves the limit unchanged, and a later error names the remedy.
        let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
        debug!(?limit, ?raised, "raised the limit of open files");
    }
}

/// Tells whether a system call failed because no descriptor was left, of this process or the system.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// Returns the remedy for an error: [`REMEDY`] for exhausted descriptors, else the other one.
pub(crate) fn remedy(error: &io::Error, other: &'static str) -> &'static str {
    if is_exhausted(error) { REMEDY } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        raise_limit();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }

    #[test]
    fn a_want_of_descriptors_is_named() {
        for number in [libc::EMFILE, libc::ENFILE] {
            assert_eq!(remedy(&io::Error::from_raw_os_error(number), "other"), REMEDY);
        }
        assert_eq!(remedy(&io::Error::from_raw_os_error(libc::EPERM), "other"), "other");
    }
}
