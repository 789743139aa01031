// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gives pins to the user that the agent switches to.

use std::{os::unix::fs::lchown, path::Path};

use super::{PinError, entries::entries};

/// Gives a pin directory and its content to a user and a group.
///
/// # Errors
///
/// When the kernel refuses.
pub fn give_to(path: &Path, (user, group): (u32, u32)) -> Result<(), PinError> {
    lchown(path, Some(user), Some(group)).map_err(PinError::refused("change the owner of", path))?;
    if path.is_dir() && !path.is_symlink() {
        entries(path)?.iter().try_for_each(|entry| give_to(entry, (user, group)))?;
    }
    Ok(())
}
