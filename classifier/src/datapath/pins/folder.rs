// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The pin directory: `NUMBER/maps/NAME` and
//! `NUMBER/interfaces/NAME/{counters,base,ingress_HOOK,egress_HOOK}`.
//!
//! A number names a generation: maps of one layout. There are several only while an agent takes over from a
//! build with another layout, or after it was killed while doing so.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tracing::warn;

use super::{PinError, bpffs, entries::entries, generation::Generation, lock::Lock};

/// A pin directory that this process has locked.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// True if this process has created the directory.
    is_new: bool,
    _lock: Lock,
}

impl Folder {
    /// Opens the directory, creates it if it is missing, and locks it.
    ///
    /// # Errors
    ///
    /// When the directory cannot be on a bpf filesystem, or another process has the lock.
    pub fn open(path: &Path) -> Result<Self, PinError> {
        bpffs::ensure(path)?;
        loop {
            let is_new = !path.exists();
            fs::create_dir_all(path).map_err(PinError::refused("create", path))?;
            if let Some(lock) = Lock::take(path)? {
                return Ok(Self { path: path.to_owned(), is_new, _lock: lock });
            }
        }
    }

    /// Opens and locks an existing directory; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// When another process has the lock.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, PinError> {
        let lock = Lock::take(path)?;
        Ok(lock.map(|lock| Self { path: path.to_owned(), is_new: false, _lock: lock }))
    }

    /// Lists the generations, newest first, after undoing or finishing interrupted transactions. Foreign
    /// files stay, and are logged.
    pub(super) fn generations(&self) -> Result<Vec<Generation>, PinError> {
        let (generations, others) = generations(&self.path)?;
        generations.iter().try_for_each(|generation| generation.store().recover())?;
        for path in others {
            warn!(path = %path.display(), "not removed, not created by the classifier");
        }
        Ok(generations)
    }

    /// Creates a generation.
    pub(super) fn create(&self, number: u64) -> Result<Generation, PinError> {
        let generation = Generation::new(self.path.join(number.to_string()), number);
        generation.create()?;
        Ok(generation)
    }

    /// Removes the directory if it is empty, unless it is a mount point; `false` if it has foreign files.
    pub(super) fn remove(&self) -> Result<bool, PinError> {
        match fs::remove_dir(&self.path) {
            Ok(()) => Ok(true),
            Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            // A mount point belongs to its owner: it stays, but must be empty.
            Err(cause) if cause.kind() == io::ErrorKind::ResourceBusy => Ok(entries(&self.path)?.is_empty()),
            Err(cause) => Err(PinError::refused("remove", &self.path)(cause)),
        }
    }

    /// Tells whether this process has created the directory.
    pub(super) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Lists the generations of a directory, newest first, and its foreign files.
pub(super) fn generations(folder: &Path) -> Result<(Vec<Generation>, Vec<PathBuf>), PinError> {
    let (mut generations, mut others) = (Vec::new(), Vec::new());
    for path in entries(folder)? {
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        match number {
            Some(number) if path.is_dir() => generations.push(Generation::new(path, number)),
            _ => others.push(path),
        }
    }
    generations.sort_by_key(|generation| std::cmp::Reverse(generation.number()));
    Ok((generations, others))
}
