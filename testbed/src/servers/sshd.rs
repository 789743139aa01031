// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! OpenSSH's server.

use std::process::Command;

use super::{Folder, process::Process};
use crate::{Host, run};

/// A real SSH server, for root with a key.
pub struct Sshd {
    _process: Process,
    folder: Folder,
    port: u16,
}

impl Sshd {
    /// Starts the server on a port of all addresses.
    #[must_use]
    pub fn start(host: &Host, port: u16) -> Self {
        let folder = Folder::new("sshd");
        let [server, client] = ["server", "client"].map(|name| folder.join(name));
        for key in [&server, &client] {
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", key]));
        }
        let settings = format!(
            "Port {port}\n\
             HostKey {server}\n\
             AuthorizedKeysFile {client}.pub\n\
             PermitRootLogin yes\n\
             StrictModes no\n\
             UsePAM no\n\
             PidFile none\n"
        );
        let file = folder.write("sshd_config", settings);
        let start = format!("mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -f {file}");
        let mut process = Process::start(host, "/bin/sh".as_ref(), &["-c", &start]);
        process.wait_for_greeting(port);
        Self { _process: process, folder, port }
    }

    /// Returns the command of a client that runs a command on an address of the server.
    #[must_use]
    pub fn login(&self, client: &Host, address: &str, command: &str) -> Command {
        let (key, port) = (self.folder.join("client"), self.port.to_string());
        let mut login = client.command("ssh");
        login.args(["-F", "none", "-i", &key, "-p", &port, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"]);
        login.args([
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
        ]);
        login.args(["-l", "root", address, command]);
        login
    }
}
