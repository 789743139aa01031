// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds or mounts the bpf filesystem of the pins.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::mount::{MountFlags, mount};
use tracing::{info, warn};

use super::PinError;

/// `BPF_FS_MAGIC` (`include/uapi/linux/magic.h`)
const MAGIC: u32 = 0xcafe_4a11;

/// Usual mount point (`Documentation/bpf`), and the only one where the agent mounts it.
const USUAL: &str = "/sys/fs/bpf";

/// Initial process-id namespace of the machine (`PROC_PID_INIT_INO`).
const FIRST_PROCESSES: &str = "pid:[4026531836]";

/// Ensures that a path is on a bpf filesystem.
pub(super) fn ensure(path: &Path) -> Result<(), PinError> {
    if !is_bpffs(path) {
        mount_usual(path)?;
        info!(at = USUAL, "mounted the bpf filesystem");
        if is_contained() {
            warn!(at = USUAL, "{OWN_MOUNT}");
        }
    } else if is_own(path) == Some(true) {
        warn!(path = %path.display(), "{OWN_MOUNT}");
    } else if is_contained() && is_own(path).is_none() {
        info!(path = %path.display(), "cannot tell whether this bpf filesystem belongs to the host or to the \
        container; pins on a container's own filesystem are lost with the container");
    }
    Ok(())
}

const OWN_MOUNT: &str = "the bpf filesystem belongs to the container, and its pins are lost with the container; mount the host's \
     /sys/fs/bpf instead";

fn mount_usual(path: &Path) -> Result<(), PinError> {
    let usual = Path::new(USUAL);
    if !path.starts_with(usual) || !usual.is_dir() {
        return Err(PinError::NotBpffs(path.to_owned()));
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("bpf", USUAL, "bpf", flags, None)
        .map_err(|cause| PinError::Mount { at: USUAL, cause: cause.into() })
}

fn namespace(process: &str, kind: &str) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/ns/{kind}")).ok()
}

/// Tells whether process 1 is the host's.
fn sees_host() -> bool {
    namespace("self", "pid").is_some_and(|processes| processes == Path::new(FIRST_PROCESSES))
}

/// Tells whether this process is in a container, whose mount namespace ends with it: process 1 has the same
/// mount namespace, and is not the host's.
fn is_contained() -> bool {
    !sees_host() || namespace("self", "mnt") != namespace("1", "mnt")
}

/// Tells whether the bpf filesystem at a path is mounted in this mount namespace alone; `None` if unknown.
/// Every mount except a bind mount is a filesystem of its own.
fn is_own(path: &Path) -> Option<bool> {
    if !is_contained() {
        return Some(false);
    }
    if !sees_host() {
        return None;
    }
    let device = |path: &Path| fs::metadata(path).ok().map(|folder| folder.dev());
    let own = device(path.ancestors().find(|ancestor| ancestor.exists())?)?;
    let mounts = fs::read_to_string("/proc/1/mountinfo").ok()?;
    Some(!has_device(&mounts, own))
}

/// Tells whether a filesystem with this device is among the mounts of `/proc/PID/mountinfo` (proc(5)).
fn has_device(mounts: &str, device: u64) -> bool {
    let device = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    mounts.lines().any(|line| line.split(' ').nth(2) == Some(&device))
}

/// Tells whether a path, or its parent directory, is on a bpf filesystem.
fn is_bpffs(path: &Path) -> bool {
    let existing = path.ancestors().find(|ancestor| ancestor.exists());
    let magic = existing.and_then(|existing| rustix::fs::statfs(existing).ok()).map(|stat| stat.f_type);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a magic number has 32 bits, its type has more on some machines"
    )]
    magic.is_some_and(|magic| magic.cast_unsigned() as u32 == MAGIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filesystem_is_found_among_mounts_by_its_device() {
        let mounts = "22 28 0:20 / /proc rw shared:5 - proc proc rw\n\
                      34 24 0:31 / /sys/fs/bpf rw,nosuid shared:9 - bpf bpf rw,mode=700\n";
        assert!(has_device(mounts, rustix::fs::makedev(0, 31)));
        assert!(!has_device(mounts, rustix::fs::makedev(0, 3)));
        assert!(!has_device("", rustix::fs::makedev(0, 31)));
    }
}
