// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Temporary folders, removed at the end of the test.

use std::{
    env::temp_dir,
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::run;

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A temporary folder, removed with this guard.
pub struct Folder(PathBuf);

impl Folder {
    /// Creates an empty folder that everyone may read.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = Self(temp_dir().join(format!("classifier-{name}-{}-{number}", process::id())));
        folder.add("");
        folder
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the path of an entry, which need not exist.
    #[must_use]
    pub fn join(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("a path in UTF-8").to_owned()
    }

    /// Writes a file, and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.join(name);
        fs::write(&path, content).unwrap_or_else(|error| panic!("{path}: {error}"));
        path
    }

    /// Creates a key and a certificate that is valid for a day, and returns their paths.
    pub(super) fn certificate(&self) -> [String; 2] {
        let [key, certificate] = [self.join("key.pem"), self.join("certificate.pem")];
        let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=testbed", "-days", "2"];
        run(Command::new("openssl").args(request).args(["-keyout", &key, "-out", &certificate]));
        [key, certificate]
    }

    /// Creates a folder in it, whatever the umask, and returns its path.
    pub(super) fn add(&self, name: &str) -> String {
        let path = self.join(name);
        fs::create_dir(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        path
    }

    /// Creates a folder in it that belongs to a user, and returns its path.
    pub(super) fn add_for(&self, user: u32, name: &str) -> String {
        let path = self.add(name);
        chown(&path, Some(user), Some(user)).expect("root may give away");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // On failure the folder stays among the temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
