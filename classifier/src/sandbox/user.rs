//! Going on as another user.

use std::io;

use nix::unistd::{self, Gid, Uid, geteuid, setgroups, setresgid, setresuid};
use rustix::thread::set_keep_capabilities;

use super::SandboxError;

/// A user of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: String,
    uid: Uid,
    gid: Gid,
}

impl User {
    /// The user of this name.
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

    /// Its number, and its group's.
    #[must_use]
    pub const fn ids(&self) -> (u32, u32) {
        (self.uid.as_raw(), self.gid.as_raw())
    }

    /// Goes on as this user and its group, and no other group; what capabilities are permitted stays so.
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

/// Who runs this process: a name, or a number that has none.
pub(super) fn current() -> String {
    user_name(geteuid().as_raw())
}

/// The name of a user, or its number where it has none.
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
