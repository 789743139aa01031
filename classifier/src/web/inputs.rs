// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tracks the files of a configuration, and detects their changes.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use ring::digest::{Context, SHA256, digest};

use crate::located;

/// Least age of a complete file: longer than an editor takes to write a small file, and than a tick of the
/// kernel's clock for time stamps.
const REST: Duration = Duration::from_millis(100);

/// SHA-256 over the content: equal for equal files.
pub(super) type Fingerprint = [u8; 32];

/// Metadata of a file, which every write or replacement changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// Reads the metadata; `None` if there is no file, or it is inaccessible.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.size(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Tells whether the file is old enough. A future time comes from another machine's clock, and tells
    /// nothing.
    fn rests(&self, now: SystemTime) -> bool {
        let (seconds, nanos) = self.changed;
        let since_epoch =
            Duration::new(u64::try_from(seconds).unwrap_or(0), u32::try_from(nanos).unwrap_or(0));
        let age = now.duration_since(SystemTime::UNIX_EPOCH + since_epoch);
        age.map_or(true, |age| age >= REST)
    }
}

/// Metadata of files at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

impl Stamps {
    /// Reads the metadata of the same files again.
    pub(super) fn again(&self) -> Self {
        Self(self.0.iter().map(|(path, _)| (path.clone(), Stamp::of(path))).collect())
    }

    /// Tells whether no file was changed a moment ago.
    pub(super) fn rest(&self) -> bool {
        let now = SystemTime::now();
        self.0.iter().all(|(_, stamp)| stamp.is_none_or(|stamp| stamp.rests(now)))
    }

    /// Paths of the files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(path, _)| path.as_path())
    }
}

/// Reads files, and records their state.
pub(super) struct Inputs {
    stamps: Stamps,
    fingerprint: Context,
}

impl Inputs {
    pub(super) fn new() -> Self {
        Self { stamps: Stamps::default(), fingerprint: Context::new(&SHA256) }
    }

    /// Reads a file. Its metadata is read first, so that a concurrent change shows later.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.stamps.0.push((path.to_owned(), Stamp::of(path)));
        let bytes = located::bytes(path);
        // One digest for each file: no content can pass for the end of one file and the beginning of the
        // next.
        self.fingerprint.update(&[bytes.is_ok().into()]);
        self.fingerprint.update(digest(&SHA256, bytes.as_deref().unwrap_or_default()).as_ref());
        bytes
    }

    /// Returns the metadata and the fingerprint of all files.
    pub(super) fn finish(self) -> (Stamps, Fingerprint) {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(self.fingerprint.finish().as_ref());
        (self.stamps, fingerprint)
    }
}
