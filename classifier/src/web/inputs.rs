//! The files that a configuration is made of, and whether they have changed since.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use ring::digest::{Context, SHA256, digest};

/// Bytes that a file may have: what is longer was not meant.
const BYTES_MAX: u64 = 1 << 20;

/// How long a file must have been left alone to count as written whole. Longer than an editor takes to write a
/// small file, and than the kernel's clock for time stamps ticks.
const REST: Duration = Duration::from_millis(100);

/// SHA-256 over what was read: equal for equal files.
pub(super) type Fingerprint = [u8; 32];

/// What the system says of a file. Whoever writes to it, or puts another one there, changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// `None` where there is no file, or it cannot be seen.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.size(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// A time to come is that of another machine's clock: nothing follows from it.
    fn rests(&self, now: SystemTime) -> bool {
        let (seconds, nanos) = self.changed;
        let since_epoch =
            Duration::new(u64::try_from(seconds).unwrap_or(0), u32::try_from(nanos).unwrap_or(0));
        let age = now.duration_since(SystemTime::UNIX_EPOCH + since_epoch);
        age.map_or(true, |age| age >= REST)
    }
}

/// Files as they are at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

impl Stamps {
    /// The same files as they are now.
    pub(super) fn again(&self) -> Self {
        Self(self.0.iter().map(|(path, _)| (path.clone(), Stamp::of(path))).collect())
    }

    /// Whether nobody was writing a moment ago.
    pub(super) fn rest(&self) -> bool {
        let now = SystemTime::now();
        self.0.iter().all(|(_, stamp)| stamp.is_none_or(|stamp| stamp.rests(now)))
    }

    /// Where they are.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(path, _)| path.as_path())
    }
}

/// Reads files and remembers how they were.
pub(super) struct Inputs {
    stamps: Stamps,
    fingerprint: Context,
}

impl Inputs {
    pub(super) fn new() -> Self {
        Self { stamps: Stamps::default(), fingerprint: Context::new(&SHA256) }
    }

    /// The bytes of a file. Its stamp is taken first, so that whatever changes while it is read shows later.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.stamps.0.push((path.to_owned(), Stamp::of(path)));
        let bytes = contents(path);
        // One digest a file: no content can pass for the end of one file and the beginning of the next.
        self.fingerprint.update(&[bytes.is_ok().into()]);
        self.fingerprint.update(digest(&SHA256, bytes.as_deref().unwrap_or_default()).as_ref());
        bytes
    }

    /// What was read.
    pub(super) fn finish(self) -> (Stamps, Fingerprint) {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(self.fingerprint.finish().as_ref());
        (self.stamps, fingerprint)
    }
}

/// A pipe in place of the file would keep the agent waiting, so it is opened without.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 MiB"));
    }
    Ok(bytes)
}
