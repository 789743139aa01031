// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Common part of the FTP servers.

use std::{fs, path::Path};

use super::{DAEMON, folder::Folder, process::Process};
use crate::Host;

/// A real FTP server, by default on port 21 and with active transfers from port 20.
///
/// `pub` may be read; `in` may be read and written.
pub struct Ftp {
    // The process ends before the folder is removed: fields drop in this order.
    _process: Process,
    folder: Folder,
    login: &'static str,
}

impl Ftp {
    /// Returns name and password of the one user, in the form of curl's `--user`.
    #[must_use]
    pub fn login(&self) -> &'static str {
        self.login
    }

    /// Writes a file into `pub`.
    pub fn publish(&self, name: &str, content: &[u8]) {
        self.folder.write(&format!("root/pub/{name}"), content);
    }

    /// Returns the content of a stored file in `in`.
    #[must_use]
    pub fn stored(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(&format!("root/in/{name}"))).ok()
    }

    /// Starts a server in a folder that was made by [`ready`].
    pub(super) fn start(
        host: &Host,
        folder: Folder,
        login: &'static str,
        program: &Path,
        arguments: &[&str],
    ) -> Self {
        Self::start_greeting(host, folder, login, program, arguments, Greeting::Clear(21))
    }

    /// Starts a server with another kind of greeting.
    pub(super) fn start_greeting(
        host: &Host,
        folder: Folder,
        login: &'static str,
        program: &Path,
        arguments: &[&str],
        greeting: Greeting,
    ) -> Self {
        let mut process = Process::start(host, program, arguments);
        match greeting {
            Greeting::Clear(port) => process.wait_for_greeting(port),
            Greeting::Encrypted(port) => process.wait_for_connection(port),
        }
        Self { _process: process, folder, login }
    }
}

/// First sign of a started server, with its port.
#[derive(Clone, Copy)]
pub(super) enum Greeting {
    /// The server speaks first.
    Clear(u16),
    /// The server waits for the client's TLS handshake.
    Encrypted(u16),
}

/// Creates a folder for a server, with the files that it serves. Returns the folder and the path of the
/// files.
pub(super) fn ready(name: &str) -> (Folder, String) {
    let folder = Folder::new(name);
    let root = folder.add("root");
    folder.add("root/pub");
    folder.add_for(DAEMON, "root/in");
    (folder, root)
}
