//! Who runs this.

use std::{fs, os::unix::fs::MetadataExt};

/// `/proc/self` belongs to the effective user.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// On Debian, as root, with apt: only then does this tool install packages.
pub fn may_install_packages() -> bool {
    is_root() && is_debian()
}

pub fn is_debian() -> bool {
    fs::exists("/etc/debian_version").unwrap_or(false) && crate::process::find("apt-get").is_some()
}
