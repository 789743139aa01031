//! The pin folder: `NUMBER/maps/NAME` and `NUMBER/interfaces/NAME/{counters,base,ingress_HOOK,egress_HOOK}`.
//!
//! A number stands for maps of one layout. There is more than one only while an agent takes over from a build with
//! another layout, or after it was killed in the midst of that.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tracing::warn;

use super::{PinError, bpffs, generation::Generation, lock::Lock};

/// A pin folder that this process holds.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// It was not there before.
    is_new: bool,
    _lock: Lock,
}

impl Folder {
    /// Opens the folder, creates it where it is missing, and holds it.
    ///
    /// # Errors
    ///
    /// When it cannot be on a bpf filesystem, or somebody else holds it.
    pub fn open(path: &Path) -> Result<Self, PinError> {
        bpffs::ensure(path)?;
        let is_new = !path.exists();
        fs::create_dir_all(path).map_err(PinError::refused("create", path))?;
        Ok(Self { path: path.to_owned(), is_new, _lock: Lock::take(path)? })
    }

    /// Opens a folder that is there, and holds it; `None` if it is not.
    ///
    /// # Errors
    ///
    /// When somebody else holds it.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, PinError> {
        match fs::metadata(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(PinError::refused("open", path)(cause)),
            Ok(_) => Ok(Some(Self { path: path.to_owned(), is_new: false, _lock: Lock::take(path)? })),
        }
    }

    /// What agents have pinned, the newest first. What no agent has pinned is left alone, and said.
    pub(super) fn generations(&self) -> Result<Vec<Generation>, PinError> {
        let (generations, others) = generations(&self.path)?;
        for path in others {
            warn!(path = %path.display(), "not the classifier's, left alone");
        }
        Ok(generations)
    }

    /// A generation that is not there yet.
    pub(super) fn create(&self, number: u64) -> Result<Generation, PinError> {
        let generation = Generation::new(self.path.join(number.to_string()), number);
        generation.create()?;
        Ok(generation)
    }

    /// Removes the folder if it is empty; `false` if something of others is in it.
    pub(super) fn remove(&self) -> Result<bool, PinError> {
        match fs::remove_dir(&self.path) {
            Ok(()) => Ok(true),
            Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(cause) => Err(PinError::refused("remove", &self.path)(cause)),
        }
    }

    /// Whether this process has created it.
    pub(super) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What agents have pinned in a folder, the newest first, and what is of others.
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

/// What is in a folder, in no order; nothing where it is missing.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, PinError> {
    let refused = |cause| PinError::refused("list", folder)(cause);
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(refused)).collect(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(refused(cause)),
    }
}

/// Removes a pin, or the folder that stands for what cannot be pinned; one that is not there is removed.
pub(in crate::datapath) fn unpin(path: &Path) -> Result<(), PinError> {
    let removed = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
    match removed {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(PinError::refused("remove", path)(cause))
        }
        _ => Ok(()),
    }
}
