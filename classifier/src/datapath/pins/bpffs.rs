//! The filesystem that pins live in.

use std::{fs, path::Path};

use rustix::mount::{MountFlags, mount};
use tracing::{info, warn};

use super::PinError;

/// `BPF_FS_MAGIC` (`include/uapi/linux/magic.h`)
const MAGIC: u32 = 0xcafe_4a11;

/// Where it is mounted by convention (`Documentation/bpf`), and where alone the agent mounts it.
const USUAL: &str = "/sys/fs/bpf";

/// Sees to it that a path is on a bpf filesystem.
pub(super) fn ensure(path: &Path) -> Result<(), PinError> {
    if is_bpffs(path) {
        return Ok(());
    }
    let usual = Path::new(USUAL);
    if !path.starts_with(usual) || !usual.is_dir() {
        return Err(PinError::NotBpffs(path.to_owned()));
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("bpf", USUAL, "bpf", flags, None)
        .map_err(|cause| PinError::Mount { at: USUAL, cause: cause.into() })?;
    info!(at = USUAL, "mounted the bpf filesystem");
    let namespace = |process: &str| fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
    if namespace("self") != namespace("1") {
        warn!(at = USUAL, "the pins are in a mount namespace of their own, and end with it");
    }
    Ok(())
}

/// Whether a path, or the folder that it is going to be in, is on one.
fn is_bpffs(path: &Path) -> bool {
    let existing = path.ancestors().find(|ancestor| ancestor.exists());
    let magic = existing.and_then(|existing| rustix::fs::statfs(existing).ok()).map(|stat| stat.f_type);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a magic number has 32 bits, its type has more on some machines"
    )]
    magic.is_some_and(|magic| magic.cast_unsigned() as u32 == MAGIC)
}
