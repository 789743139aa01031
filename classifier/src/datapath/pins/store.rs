// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Transactions over the pins of interfaces: a process that is killed at any moment leaves all of one, or
//! nothing.
//!
//! Each has one commit point, the rename of a directory. Pending changes have names that no interface has
//! (`interface_name` knows no `%` but `%25` and `%2e`), so that no listing shows them. [`PinStore::recover`]
//! undoes what was not committed, and finishes what was.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{PinError, entries::entries, interface::file_name};

/// Directory of interfaces with an uncommitted rename, as `OLD%toNEW`.
const STAGED: &str = "%staged";
/// Directory of interfaces with a committed rename.
const COMMITTED: &str = "%committed";
const TO: &str = "%to";
/// Prefix of an interface's file name: the new `base` includes the counts of these pins.
const JOINED: &str = "%joined";
/// Name of an uncommitted `base`.
const NEXT: &str = "next";

/// The system calls that change a directory.
pub(super) trait Calls {
    /// `rename(2)`
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// `mkdir(2)`
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    /// `rmdir(2)` or `unlink(2)`
    fn remove(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) }
    }

    /// Pins an object by the closure.
    fn pin(&self, path: &Path, pin: impl FnOnce(&Path) -> Result<(), PinError>) -> Result<(), PinError> {
        pin(path)
    }
}

/// The system calls of the running kernel.
pub(super) struct Kernel;

impl Calls for Kernel {}

/// The directory of a generation that has a directory of pins for each interface.
pub(super) struct PinStore<C = Kernel> {
    folder: PathBuf,
    calls: C,
}

impl<C: Calls> PinStore<C> {
    pub(super) const fn new(folder: PathBuf, calls: C) -> Self {
        Self { folder, calls }
    }

    /// Renames pins, all at once, as `(old, new)`. Names may be shifted and swapped among them.
    ///
    /// # Errors
    ///
    /// When a new name is taken, or the kernel refuses. All pins then have their old names.
    pub(super) fn rename_all(&self, renames: &[(&str, &str)]) -> Result<(), PinError> {
        self.recover()?;
        let occupied = |new: &str| renames.iter().all(|(old, _)| *old != new) && self.of(new).exists();
        if let Some((_, new)) = renames.iter().find(|(_, new)| occupied(new)) {
            let taken = self.of(new);
            return Err(PinError::refused("rename pins to", &taken)(io::ErrorKind::AlreadyExists.into()));
        }
        match renames {
            [] => Ok(()),
            // One call needs no staging.
            [(old, new)] => self.rename(&self.of(old), &self.of(new)),
            _ => {
                let committed = self.stage(renames).inspect_err(|_| {
                    // The first error explains more than a second one, and the next transaction tries again.
                    let _ = self.recover();
                });
                committed.and_then(|()| self.recover())
            }
        }
    }

    /// Moves pins to the staging directory, and commits.
    fn stage(&self, renames: &[(&str, &str)]) -> Result<(), PinError> {
        let staged = self.folder.join(STAGED);
        self.calls.create_folder(&staged).map_err(PinError::refused("create", &staged))?;
        for (old, new) in renames {
            let aside = staged.join(format!("{}{TO}{}", file_name(old), file_name(new)));
            self.rename(&self.of(old), &aside)?;
        }
        self.rename(&staged, &self.folder.join(COMMITTED))
    }

    /// Replaces the `base` of an interface by one that `pin` pins and that includes the counts of `from`;
    /// removes `from`. No program may count there any longer.
    ///
    /// # Errors
    ///
    /// When the kernel refuses. Both are then unchanged.
    pub(super) fn join(
        &self,
        from: &str,
        to: &str,
        pin: impl FnOnce(&Path) -> Result<(), PinError>,
    ) -> Result<(), PinError> {
        self.recover()?;
        self.calls.pin(&self.of(to).join(NEXT), pin)?;
        self.rename(&self.of(from), &self.joined_into(to))?;
        self.recover()
    }

    /// Replaces the `base` of an interface by one that `pin` pins: a reader finds either.
    ///
    /// # Errors
    ///
    /// When the kernel refuses. The base is then unchanged.
    pub(super) fn replace_base(
        &self,
        of: &str,
        pin: impl FnOnce(&Path) -> Result<(), PinError>,
    ) -> Result<(), PinError> {
        self.recover()?;
        let next = self.of(of).join(NEXT);
        self.calls.pin(&next, pin)?;
        self.rename(&next, &self.base(of))
    }

    /// Undoes uncommitted transactions, and finishes committed ones.
    ///
    /// # Errors
    ///
    /// When the kernel refuses. The next recovery continues.
    pub(super) fn recover(&self) -> Result<(), PinError> {
        self.put_back(STAGED, |old, _| old)?;
        self.put_back(COMMITTED, |_, new| new)?;
        for path in entries(&self.folder)? {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if let Some(to) = name.strip_prefix(JOINED) {
                let to = self.folder.join(to);
                let next = to.join(NEXT);
                if next.exists() {
                    self.rename(&next, &to.join("base"))?;
                }
                entries(&path)?.iter().try_for_each(|pin| self.remove(pin))?;
                self.remove(&path)?;
            }
        }
        for path in entries(&self.folder)? {
            let next = path.join(NEXT);
            if next.exists() {
                self.remove(&next)?;
            }
        }
        Ok(())
    }

    /// Moves the interfaces of a directory back under one of their two names, and removes the directory.
    fn put_back(&self, folder: &str, name: for<'a> fn(&'a str, &'a str) -> &'a str) -> Result<(), PinError> {
        let folder = self.folder.join(folder);
        if !folder.exists() {
            return Ok(());
        }
        for path in entries(&folder)? {
            let names = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once(TO));
            if let Some((old, new)) = names {
                self.rename(&path, &self.folder.join(name(old, new)))?;
            }
        }
        self.remove(&folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), PinError> {
        self.calls.rename(from, to).map_err(PinError::refused("rename", from))
    }

    fn remove(&self, path: &Path) -> Result<(), PinError> {
        self.calls.remove(path).map_err(PinError::refused("remove", path))
    }

    fn of(&self, name: &str) -> PathBuf {
        self.folder.join(file_name(name))
    }

    fn base(&self, name: &str) -> PathBuf {
        self.of(name).join("base")
    }

    fn joined_into(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{JOINED}{}", file_name(name)))
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
