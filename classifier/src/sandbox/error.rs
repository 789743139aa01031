// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of entering the sandbox, each in one line.

use std::io;

use rustix::io::Errno;
use thiserror::Error;
use tracing::warn;

/// Reason why the agent cannot enter its sandbox.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The user does not exist.
    #[error("user `{0}` does not exist; `getent passwd` lists the users of this host")]
    UnknownUser(String),
    /// The users cannot be read.
    #[error("cannot look up user `{name}`: {cause}; see /etc/passwd and /etc/nsswitch.conf")]
    Users {
        /// Name of the user.
        name: String,
        /// Cause.
        #[source]
        cause: io::Error,
    },
    /// The process may not switch to the user.
    #[error("cannot switch to user `{name}`: {cause}; start as root, or leave out --user")]
    Become {
        /// Name of the user.
        name: String,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// The capabilities cannot be dropped.
    #[error("cannot give up capabilities: {0}; --sandbox off keeps them")]
    Capabilities(#[source] Errno),
    /// The process has more than one thread.
    #[error("cannot start the sandbox: {0} threads exist already; this is a bug, report it")]
    Threads(usize),
    /// The threads cannot be counted.
    #[error("cannot read /proc/self/task: {0}; mount /proc")]
    Unseen(#[source] io::Error),
    /// The running kernel does not support one layer of the sandbox.
    #[error("the sandbox lacks {part}: {cause}; --sandbox on starts without it")]
    Lacking {
        /// Name of the layer.
        part: &'static str,
        /// Cause.
        cause: String,
    },
}

impl SandboxError {
    /// Continues without a layer and logs it, unless all layers are required.
    pub(super) fn without(part: &'static str, cause: String, required: bool) -> Result<(), Self> {
        if required {
            return Err(Self::Lacking { part, cause });
        }
        warn!(part, cause, "sandbox incomplete");
        Ok(())
    }
}
