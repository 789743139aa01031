// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pure-FTPd, with its own user database.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use super::{CRYPTED, DAEMON, Ftp, USER, ftp::ready, program};
use crate::{Host, run};

impl Ftp {
    /// Starts Pure-FTPd.
    #[must_use]
    pub fn pure_ftpd(host: &Host) -> Self {
        let (folder, root) = ready("pure-ftpd");
        let users =
            folder.write("users", format!("{USER}:{CRYPTED}:{DAEMON}:{DAEMON}::{root}/./::::::::::::\n"));
        fs::set_permissions(&users, fs::Permissions::from_mode(0o600)).expect("it is ours");
        let (database, pid) = (folder.join("users.pdb"), folder.join("pid"));
        let tool = program("pure-ftpd", "usr/bin/pure-pw");
        run(Command::new(tool).args(["mkdb", &database, "-f", &users]));
        let login = format!("puredb:{database}");
        let program = program("pure-ftpd", "usr/sbin/pure-ftpd");
        // No names looked up, no anonymous users, users from 1 on.
        let options = ["-l", &login, "-g", &pid, "-H", "-E", "-u", "1"];
        Self::start(host, folder, "tester:secret", &program, &options)
    }
}
