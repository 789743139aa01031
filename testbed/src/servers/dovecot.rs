// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Dovecot, over the maildirs of a mail server.

use std::path::Path;

use super::{
    DAEMON, PASSWORD, USER,
    folder::Folder,
    process::{Process, text},
};
use crate::Host;

/// A real IMAP and POP3 server on ports 143 and 110.
pub struct Dovecot {
    // The process ends before the folder is removed: fields drop in this order.
    _process: Process,
    _folder: Folder,
}

impl Dovecot {
    /// Returns name and password of the one user, in the form of curl's `--user`.
    #[must_use]
    pub fn login(&self) -> String {
        format!("{USER}:{PASSWORD}")
    }

    /// Starts the server over a folder of mailboxes.
    #[must_use]
    pub fn start(host: &Host, mailboxes: &Path) -> Self {
        Self::start_in(host, Folder::new("dovecot"), mailboxes, "ssl = no\n")
    }

    /// Starts the server with optional TLS.
    #[must_use]
    pub fn start_with_tls(host: &Host, mailboxes: &Path) -> Self {
        let folder = Folder::new("dovecot-tls");
        let [key, certificate] = folder.certificate();
        let settings = format!("ssl = yes\nssl_key = <{key}\nssl_cert = <{certificate}\n");
        Self::start_in(host, folder, mailboxes, &settings)
    }

    fn start_in(host: &Host, folder: Folder, mailboxes: &Path, tls: &str) -> Self {
        let (run, log, mailboxes) = (folder.join("run"), folder.join("log"), text(mailboxes));
        let configuration = format!(
            "base_dir = {run}\n\
             state_dir = {run}\n\
             log_path = {log}\n\
             protocols = imap pop3\n\
             listen = *, ::\n\
             {tls}\
             disable_plaintext_auth = no\n\
             mail_location = maildir:{mailboxes}/%n\n\
             first_valid_uid = {DAEMON}\n\
             passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n\
             userdb {{\n  driver = static\n  args = uid={DAEMON} gid={DAEMON} home={mailboxes}/%n\n}}\n"
        );
        let file = folder.write("dovecot.conf", configuration);
        let mut process = Process::start(host, Path::new("/usr/sbin/dovecot"), &["-F", "-c", &file]);
        process.wait_for_greeting(110);
        process.wait_for_greeting(143);
        Self { _process: process, _folder: folder }
    }
}
