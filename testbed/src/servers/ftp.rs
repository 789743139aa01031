//! What the FTP servers have in common.

use std::{fs, path::Path};

use super::{DAEMON, folder::Folder, process::Process};
use crate::Host;

/// A real FTP server, on port 21 and with active transfers from port 20 unless it is said otherwise.
///
/// `pub` may be read; `in` may be read and written.
pub struct Ftp {
    // Ends before the folder goes.
    _process: Process,
    folder: Folder,
    login: &'static str,
}

impl Ftp {
    /// Name and password of the one user, as curl's `--user` takes them.
    #[must_use]
    pub fn login(&self) -> &'static str {
        self.login
    }

    /// Puts a file into `pub`.
    pub fn publish(&self, name: &str, content: &[u8]) {
        self.folder.write(&format!("root/pub/{name}"), content);
    }

    /// What was stored in `in` under this name.
    #[must_use]
    pub fn stored(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(&format!("root/in/{name}"))).ok()
    }

    /// Starts it in a folder that has been made [`ready`].
    pub(super) fn start(
        host: &Host,
        folder: Folder,
        login: &'static str,
        program: &Path,
        arguments: &[&str],
    ) -> Self {
        Self::start_greeting(host, folder, login, program, arguments, Greeting::Clear(21))
    }

    /// The same for a server that greets as it is said here.
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

/// How a server that has started shows it, on which port.
#[derive(Clone, Copy)]
pub(super) enum Greeting {
    /// It speaks first.
    Clear(u16),
    /// It waits for the client's TLS handshake.
    Encrypted(u16),
}

/// A folder for a server, with the files that it serves; and the path of these.
pub(super) fn ready(name: &str) -> (Folder, String) {
    let folder = Folder::new(name);
    let root = folder.add("root");
    folder.add("root/pub");
    folder.add_for(DAEMON, "root/in");
    (folder, root)
}
