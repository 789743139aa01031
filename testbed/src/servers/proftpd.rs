//! `ProFTPD`, for a user of a password file.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{CRYPTED, DAEMON, Ftp, USER, ftp::ready, program};
use crate::Host;

impl Ftp {
    /// Starts `ProFTPD`, which then keeps the privilege to send from port 20.
    #[must_use]
    pub fn proftpd(host: &Host) -> Self {
        Self::start_proftpd(host, "off")
    }

    /// Starts `ProFTPD` as it is by default: its active transfers come from any port.
    #[must_use]
    pub fn proftpd_from_any_port(host: &Host) -> Self {
        Self::start_proftpd(host, "on")
    }

    fn start_proftpd(host: &Host, root_revoke: &str) -> Self {
        let (folder, root) = ready("proftpd");
        let users = folder.write("users", format!("{USER}:{CRYPTED}:{DAEMON}:{DAEMON}::{root}:/bin/false\n"));
        fs::set_permissions(&users, fs::Permissions::from_mode(0o600)).expect("it is ours");
        let (pid, scoreboard, log) = (folder.join("pid"), folder.join("scoreboard"), folder.join("log"));
        let socket = folder.join("socket");
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
             RootRevoke {root_revoke}\n\
             ControlsEngine off\n\
             ControlsSocket {socket}\n\
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
