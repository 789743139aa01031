// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Processes of a server.

use std::{
    fs,
    io::Read as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{Host, Running};

const LOOPBACKS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// A server with all the processes that it starts: they end with this guard.
pub(super) struct Process {
    host: Host,
    running: Running,
}

impl Process {
    /// Starts a server in its own PID namespace, with its own `/run`. No process outlives the namespace's
    /// first process, whatever sessions and groups the server creates.
    pub fn start(host: &Host, program: &Path, arguments: &[&str]) -> Self {
        let mut command = host.command("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--"]);
        // Some servers write to /run whatever their configuration says, some cannot be the first process
        // themselves, and vsftpd writes errors to its standard input.
        command
            .args(["sh", "-c", r#"mount -t tmpfs run /run && "$0" "$@" <&2; exit $?"#])
            .arg(program)
            .args(arguments);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Self { host: host.clone(), running: Running::start(command) }
    }

    /// Waits until the server greets on this port, over IPv4 and IPv6.
    pub fn wait_for_greeting(&mut self, port: u16) {
        self.wait_until("greets", |host| {
            host.enter(|| LOOPBACKS.iter().all(|loopback| greets(*loopback, port)))
        });
    }

    /// Waits until the server accepts connections on this port, over IPv4 and IPv6, for protocols in which
    /// the client speaks first.
    pub fn wait_for_connection(&mut self, port: u16) {
        self.wait_until("takes connections", |host| {
            host.enter(|| LOOPBACKS.iter().all(|loopback| TcpStream::connect((*loopback, port)).is_ok()))
        });
    }

    /// Waits until a condition holds, for at most 30 seconds.
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn(&Host) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so(&self.host) {
            assert!(self.running.ended().is_none(), "the server ended: {}", self.running.said());
            assert!(Instant::now() < deadline, "the server never {what}: {}", self.running.said());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let id = self.running.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let first = children.split_whitespace().next().and_then(|id| id.parse().ok()).and_then(Pid::from_raw);
        // The end is reported once every process of the namespace has gone.
        if first.is_some_and(|first| kill_process(first, Signal::KILL).is_ok()) {
            self.running.wait();
        }
    }
}

fn greets(loopback: IpAddr, port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((loopback, port)) else { return false };
    let patience = stream.set_read_timeout(Some(Duration::from_secs(5)));
    patience.is_ok() && stream.read(&mut [0]).is_ok_and(|length| length == 1)
}

/// Converts a path to an argument.
pub(super) fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
