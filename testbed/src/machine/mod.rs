// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A fresh Debian, booted with its own systemd on a host of the laboratory.

mod groups;
mod system;

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use self::groups::Groups;
pub use self::system::System;
use crate::{Host, Running, run};

/// Capabilities of the machine's root, beyond a container's.
const CAPABILITIES: &str = "--capability=CAP_BPF,CAP_NET_ADMIN,CAP_PERFMON";

/// A running machine: ends with this guard, with every process in it.
pub struct Machine {
    running: Running,
    groups: Groups,
    leader: String,
}

impl Machine {
    /// Boots a system with the network of a host and a bpffs of its own, and waits until it is up.
    #[must_use]
    pub fn boot(host: &Host, system: &System) -> Self {
        let groups = Groups::new();
        let root = system.path().to_str().expect("a path in UTF-8");
        // systemd-nspawn comes from the unpacked system: this machine may have another version, or none.
        let libraries = format!("{root}/usr/lib/x86_64-linux-gnu:{root}/usr/lib/x86_64-linux-gnu/systemd");
        let mut command = host.command("unshare");
        command.args(["--mount", "--mount-proc", "--pid", "--fork", "--kill-child", "--", "sh", "-c"]);
        let enter = "for group in $0; do echo 0 >\"$group/cgroup.procs\" || exit; done; \
                     mount -t bpf bpf /mnt && exec \"$@\"";
        command.arg(enter).arg(groups.paths()).arg(format!("{root}/lib64/ld-linux-x86-64.so.2"));
        command.args(["--library-path", &libraries, &format!("{root}/usr/bin/systemd-nspawn")]);
        command.args(["--directory", root, "--boot", "--register=no", "--keep-unit", "--console=pipe"]);
        command.args([CAPABILITIES, "--system-call-filter=bpf", "--bind=/mnt:/sys/fs/bpf"]);
        let mut machine = Self { running: Running::start(command), groups, leader: String::new() };
        machine.wait_until("was up", |machine| {
            machine.leader = machine.find_leader().unwrap_or_default();
            machine.is_up()
        });
        machine
    }

    /// Runs a command in the machine to its end, which must succeed, and returns its output.
    #[expect(clippy::must_use_candidate, reason = "most commands say nothing")]
    pub fn run(&self, command: &[&str]) -> String {
        run(self.command().args(command))
    }

    /// Returns whether a command in the machine succeeds.
    #[must_use]
    pub fn does(&self, command: &[&str]) -> bool {
        self.command().args(command).output().expect("nsenter starts").status.success()
    }

    /// Waits until a condition holds, for at most a minute.
    fn wait_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !is_so(self) {
            assert!(self.running.ended().is_none(), "the machine ended: {}", self.running.said());
            assert!(Instant::now() < deadline, "the machine never {what}: {}", self.running.said());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new("nsenter");
        command.args(["--target", &self.leader, "--all", "--"]).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        command
    }

    fn is_up(&self) -> bool {
        !self.leader.is_empty() && self.does(&["systemctl", "is-system-running", "--quiet"])
    }

    /// Finds the machine's first process: below unshare and systemd-nspawn.
    fn find_leader(&self) -> Option<String> {
        child(&child(&self.running.id().to_string())?)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let first = child(&self.running.id().to_string());
        let first = first.and_then(|id| id.parse().ok()).and_then(Pid::from_raw);
        // The end is reported once every process of the namespace has gone.
        if first.is_some_and(|first| kill_process(first, Signal::KILL).is_ok()) {
            self.running.wait();
        }
        self.groups.remove();
    }
}

fn child(of: &str) -> Option<String> {
    let children = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).ok()?;
    children.split_whitespace().next().map(str::to_owned)
}
