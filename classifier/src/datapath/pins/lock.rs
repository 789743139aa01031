//! One process at a time works with a pin folder.

use std::{fs, io, os::fd::OwnedFd, path::Path};

use rustix::fs::{FlockOperation, Mode, OFlags};

use super::PinError;

/// Holds a folder: the kernel gives it up when the process ends, however it does.
#[derive(Debug)]
pub(super) struct Lock {
    _folder: OwnedFd,
}

impl Lock {
    /// Takes the folder, or says who has it.
    pub(super) fn take(path: &Path) -> Result<Self, PinError> {
        let refused = |cause: rustix::io::Errno| PinError::refused("open", path)(cause.into());
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty()).map_err(refused)?;
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _folder: folder }),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                Err(PinError::Held { path: path.to_owned(), holder: holder_of(path).ok().flatten() })
            }
            Err(cause) => Err(PinError::refused("lock", path)(io::Error::from(cause))),
        }
    }
}

/// Who has locked a folder, without asking for the lock.
pub(super) fn holder_of(path: &Path) -> io::Result<Option<u32>> {
    let stat = rustix::fs::stat(path)?;
    let device = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
    Ok(holder(&fs::read_to_string("/proc/locks")?, device, stat.st_ino))
}

/// Who has locked a file, by `/proc/locks` (proc(5)); a process of another PID namespace has no number there.
fn holder(locks: &str, (major, minor): (u32, u32), inode: u64) -> Option<u32> {
    let file = format!("{major:02x}:{minor:02x}:{inode}");
    locks.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        // `1: FLOCK ADVISORY WRITE 1234 00:1e:5678 0 EOF`; one that waits has `->` behind its number.
        let ["FLOCK", _, "WRITE", process, locked, ..] = words.get(1..)? else { return None };
        (*locked == file).then(|| process.parse().ok().filter(|process| *process > 0)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
