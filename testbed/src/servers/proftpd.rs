// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `ProFTPD` with a password file, in clear text and over TLS.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{
    CRYPTED, DAEMON, Ftp, USER,
    folder::Folder,
    ftp::{Greeting, ready},
    program,
};
use crate::Host;

/// Keeps the privilege to send from the port below the control port.
const FROM_BELOW_CONTROL: &str = "RootRevoke off\n";

impl Ftp {
    /// Starts `ProFTPD`, which then keeps the privilege to send from port 20.
    #[must_use]
    pub fn proftpd(host: &Host) -> Self {
        Self::start_proftpd(host, ready("proftpd"), FROM_BELOW_CONTROL, Greeting::Clear(21))
    }

    /// Starts `ProFTPD` with its default: active transfers come from any port.
    #[must_use]
    pub fn proftpd_from_any_port(host: &Host) -> Self {
        Self::start_proftpd(
            host,
            ready("proftpd"),
            "RootRevoke UseNonCompliantActiveTransfer\n",
            Greeting::Clear(21),
        )
    }

    /// Starts `ProFTPD` like [`Self::proftpd`], with optional TLS and CCC, which returns the control
    /// connection to clear text.
    #[must_use]
    pub fn proftpd_tls(host: &Host) -> Self {
        let made = ready("proftpd-tls");
        let settings = format!("{FROM_BELOW_CONTROL}{}", tls(&made.0, ""));
        Self::start_proftpd(host, made, &settings, Greeting::Clear(21))
    }

    /// Starts `ProFTPD` on port 990, with implicit TLS. Its active transfers come from port 989.
    #[must_use]
    pub fn proftpd_implicit_tls(host: &Host) -> Self {
        let made = ready("proftpd-implicit-tls");
        let settings = format!("{FROM_BELOW_CONTROL}{}", tls(&made.0, "UseImplicitSSL"));
        Self::start_proftpd(host, made, &settings, Greeting::Encrypted(990))
    }

    fn start_proftpd(
        host: &Host,
        (folder, root): (Folder, String),
        settings: &str,
        greeting: Greeting,
    ) -> Self {
        let (Greeting::Clear(port) | Greeting::Encrypted(port)) = greeting;
        let users = folder.write("users", format!("{USER}:{CRYPTED}:{DAEMON}:{DAEMON}::{root}:/bin/false\n"));
        fs::set_permissions(&users, fs::Permissions::from_mode(0o600)).expect("it is ours");
        let (pid, scoreboard, log) = (folder.join("pid"), folder.join("scoreboard"), folder.join("log"));
        let socket = folder.join("socket");
        let configuration = format!(
            "Port {port}\n\
             {settings}\
             ServerType standalone\n\
             ServerName testbed\n\
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
        let arguments = ["--nodaemon", "--config", &file];
        Self::start_greeting(host, folder, "tester:secret", &program, &arguments, greeting)
    }
}

/// Returns the settings for TLS, with a certificate that is valid for a day.
fn tls(folder: &Folder, options: &str) -> String {
    let [key, certificate] = folder.certificate();
    let module = program("proftpd-mod-crypto", "usr/lib/proftpd/mod_tls.so");
    let modules = module.parent().expect("it is in a folder").display();
    let log = folder.join("tls-log");
    // Not every client resumes the control connection's TLS session for its data.
    format!(
        "ModulePath {modules}\n\
         LoadModule mod_tls.c\n\
         TLSEngine on\n\
         TLSLog {log}\n\
         TLSRSACertificateFile {certificate}\n\
         TLSRSACertificateKeyFile {key}\n\
         TLSOptions NoSessionReuseRequired {options}\n"
    )
}
