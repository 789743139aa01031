//! Why the agent does not give up what it should, each in one line.

use std::io;

use rustix::io::Errno;
use thiserror::Error;
use tracing::warn;

/// The agent cannot give up what it should.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// No such user.
    #[error("user `{0}` does not exist; `getent passwd` lists the users of this host")]
    UnknownUser(String),
    /// The users cannot be read.
    #[error("cannot look up user `{name}`: {cause}; see /etc/passwd and /etc/nsswitch.conf")]
    Users {
        /// Whom.
        name: String,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// It may not become another user.
    #[error("cannot become user `{name}`: {cause}; start as root, or leave --user out")]
    Become {
        /// Whom.
        name: String,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// The capabilities stay as they are.
    #[error("cannot give up capabilities: {0}; --sandbox off keeps them")]
    Capabilities(#[source] Errno),
    /// There is more than one thread.
    #[error("cannot be sandboxed: there are {0} threads already; this is a bug of the agent, report it")]
    Threads(usize),
    /// The threads cannot be seen.
    #[error("cannot read /proc/self/task: {0}; mount /proc")]
    Unseen(#[source] io::Error),
    /// The kernel has a part of the sandbox not.
    #[error("the sandbox lacks {part}: {cause}; --sandbox on goes without")]
    Lacking {
        /// What.
        part: &'static str,
        /// Why.
        cause: String,
    },
}

impl SandboxError {
    /// Goes on without a part, and says so, unless all of them are required.
    pub(super) fn without(part: &'static str, cause: String, required: bool) -> Result<(), Self> {
        if required {
            return Err(Self::Lacking { part, cause });
        }
        warn!(part, cause, "the sandbox goes without");
        Ok(())
    }
}
