//! `ProFTPD`, for a user of a password file.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{CRYPTED, DAEMON, Ftp, USER, ftp::ready, program};
use crate::Host;

impl Ftp {
    /// Starts `ProFTPD`.
    #[must_use]
    pub fn proftpd(host: &Host) -> Self {
        let (folder, root) = ready("proftpd");
        let users = folder.write("users", format!("{USER}:{CRYPTED}:{DAEMON}:{DAEMON}::{root}:/bin/false\n"));
        fs::set_permissions(&users, fs::Permissions::from_mode(0o600)).expect("it is ours");
        let (pid, scoreboard, log) = (folder.join("pid"), folder.join("scoreboard"), folder.join("log"));
        let configuration = format!(
            "ServerType standalone\n\
             ServerName testbed\n\
             Port 21\n\
             UseIPv6 on\n\
             DefaultAddress 0.0.0.0 ::\n\
             User nobody\n\
             Group nogroup\n\
             UseReverseDNS off\n\
             WtmpLog off\n\
             AuthPAM off\n\
             AuthOrder mod_auth_file.c\n\
             AuthUserFile {users}\n\
             RequireValidShell off\n\
             DelayEngine off\n\
             DefaultRoot {root}\n\
             AllowOverwrite on\n\
             PidFile {pid}\n\
             ScoreboardFile {scoreboard}\n\
             SystemLog {log}\n\
             TransferLog none\n"
        );
        let file = folder.write("proftpd.conf", configuration);
        let program = program("proftpd-core", "usr/sbin/proftpd");
        Self::start(host, folder, "tester:secret", &program, &["--nodaemon", "--config", &file])
    }
}
