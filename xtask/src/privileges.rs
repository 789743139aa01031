// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Privileges of this process.

use std::{fs, os::unix::fs::MetadataExt};

/// Tells whether the effective user is root, the owner of `/proc/self`.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Tells whether this tool may install packages: on Debian, as root, with apt.
pub fn may_install_packages() -> bool {
    is_root() && is_debian()
}

pub fn is_debian() -> bool {
    fs::exists("/etc/debian_version").unwrap_or(false) && crate::process::find("apt-get").is_some()
}
