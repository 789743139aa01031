// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Locks a pin directory: one process at a time uses it.

use std::{fs, io, os::fd::OwnedFd, path::Path};

use rustix::{
    fs::{FlockOperation, Mode, OFlags},
    io::Errno,
};

use super::PinError;

/// Lock of a directory. The kernel releases it however the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _folder: OwnedFd,
}

impl Lock {
    /// Locks the directory, or returns the process that has the lock; `None` if the directory is missing.
    pub(super) fn take(path: &Path) -> Result<Option<Self>, PinError> {
        while let Some(folder) = open(path)? {
            if let Some(lock) = Self::acquire(folder, path)? {
                return Ok(Some(lock));
            }
        }
        Ok(None)
    }

    /// Locks an open directory; `None` if its path leads to another one now, for which the lock would be
    /// useless.
    fn acquire(folder: OwnedFd, path: &Path) -> Result<Option<Self>, PinError> {
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(PinError::Held { path: path.to_owned(), holder: holder_of(path).ok().flatten() });
            }
            Err(cause) => return Err(PinError::refused("lock", path)(cause.into())),
        }
        let refused = |cause: Errno| PinError::refused("open", path)(cause.into());
        let held = rustix::fs::fstat(&folder).map_err(refused)?;
        match rustix::fs::stat(path) {
            Ok(there) if (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino) => {
                Ok(Some(Self { _folder: folder }))
            }
            Ok(_) | Err(Errno::NOENT) => Ok(None),
            Err(cause) => Err(refused(cause)),
        }
    }
}

/// Opens a directory; `None` if it is missing.
fn open(path: &Path) -> Result<Option<OwnedFd>, PinError> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(folder) => Ok(Some(folder)),
        Err(Errno::NOENT) => Ok(None),
        Err(cause) => Err(PinError::refused("open", path)(cause.into())),
    }
}

/// Finds the process that has locked a directory, without locking it.
pub(super) fn holder_of(path: &Path) -> io::Result<Option<u32>> {
    let stat = rustix::fs::stat(path)?;
    let device = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
    Ok(holder(&fs::read_to_string("/proc/locks")?, device, stat.st_ino))
}

/// Finds the process that has locked a file, in `/proc/locks` (proc(5)). A process of another PID namespace
/// has no number there.
fn holder(locks: &str, (major, minor): (u32, u32), inode: u64) -> Option<u32> {
    let file = format!("{major:02x}:{minor:02x}:{inode}");
    locks.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        // `1: FLOCK ADVISORY WRITE 1234 00:1e:5678 0 EOF`; a waiting process has `->` after its number.
        let ["FLOCK", _, "WRITE", process, locked, ..] = words.get(1..)? else { return None };
        (*locked == file).then(|| process.parse().ok().filter(|process| *process > 0)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `classifier detach` may remove the directory between its opening and its lock, and another process may
    /// create it again.
    #[test]
    fn a_folder_that_was_removed_meanwhile_is_not_held() {
        let path = std::env::temp_dir().join(format!("pin-lock-{}", std::process::id()));
        fs::create_dir(&path).expect("a new folder");
        let removed = open(&path).expect("may be opened").expect("is there");
        fs::remove_dir(&path).expect("is empty");
        let again = open(&path).expect("is no error");
        assert!(again.is_none() && Lock::take(&path).expect("is no error").is_none());
        fs::create_dir(&path).expect("a new folder");
        assert!(Lock::acquire(removed, &path).expect("nobody has it").is_none());
        let lock = Lock::take(&path).expect("nobody has it");
        assert!(lock.is_some() && matches!(Lock::take(&path), Err(PinError::Held { .. })));
        fs::remove_dir(&path).expect("is empty");
    }

    #[test]
    fn the_holder_is_read_from_the_kernels_list() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 00:1e:5678 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 12 00:1e:5679 0 EOF\n\
                     2: -> FLOCK  ADVISORY  WRITE 13 00:1e:5678 0 EOF\n\
                     3: FLOCK  ADVISORY  WRITE 14 00:1e:5678 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE -1 fe:00:1 0 EOF\n";
        assert_eq!(holder(locks, (0, 0x1e), 5678), Some(14));
        assert_eq!(holder(locks, (0, 0x1f), 5678), None);
        assert_eq!(holder(locks, (0xfe, 0), 1), None);
    }
}
