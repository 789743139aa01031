// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Switches to another user.

use std::io;

use nix::unistd::{self, Gid, Uid, geteuid, setgroups, setresgid, setresuid};
use rustix::thread::set_keep_capabilities;

use super::SandboxError;

/// A user of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name of the user.
    pub name: String,
    uid: Uid,
    gid: Gid,
}

impl User {
    /// Finds the user with this name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, SandboxError> {
        match unistd::User::from_name(name) {
            Ok(Some(user)) => Ok(Self { name: user.name, uid: user.uid, gid: user.gid }),
            Ok(None) => Err(SandboxError::UnknownUser(name.to_owned())),
            Err(cause) => Err(SandboxError::Users { name: name.to_owned(), cause: cause.into() }),
        }
    }

    /// Returns the numbers of the user and its group.
    #[must_use]
    pub const fn ids(&self) -> (u32, u32) {
        (self.uid.as_raw(), self.gid.as_raw())
    }

    /// Switches to this user and its group, without other groups; permitted capabilities stay.
    pub(super) fn assume(&self) -> Result<(), SandboxError> {
        let refused = |cause| SandboxError::Become { name: self.name.clone(), cause };
        if geteuid() == self.uid {
            return Ok(());
        }
        set_keep_capabilities(true).map_err(|error| refused(io::Error::from(error)))?;
        setgroups(&[])
            .and_then(|()| setresgid(self.gid, self.gid, self.gid))
            .and_then(|()| setresuid(self.uid, self.uid, self.uid))
            .map_err(|error| refused(error.into()))?;
        set_keep_capabilities(false).map_err(|error| refused(io::Error::from(error)))
    }
}

/// Returns the user of this process: a name, or a number without a name.
pub(super) fn current() -> String {
    user_name(geteuid().as_raw())
}

/// Returns the name of a user, or its number without a name.
#[must_use]
pub fn user_name(uid: u32) -> String {
    let user = unistd::User::from_uid(Uid::from_raw(uid)).ok().flatten();
    user.map_or_else(|| uid.to_string(), |user| user.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_a_user_and_nonsense_is_not() {
        assert_eq!(User::named("root").unwrap().ids(), (0, 0));
        let text = User::named("no:such:user").unwrap_err().to_string();
        assert!(text.contains("`no:such:user` does not exist") && text.contains("getent"), "{text}");
    }
}
