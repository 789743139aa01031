// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel's view of a running agent's privileges.

use std::{collections::BTreeMap, fs, process::Command, ptr};

use classifier::datapath::has_tcx;
use testbed::{Agent, Host, Lab};

use crate::BINARY;

/// `CAP_BPF`, `CAP_PERFMON` and `CAP_NET_ADMIN`.
pub const ATTACHING: u64 = 1 << 39 | 1 << 38 | 1 << 12;

/// User and group of the agent.
pub const NOBODY: &str = "nobody";

/// Reads the statuses of every thread of a process in `/proc`.
pub fn statuses(process: u32) -> Vec<BTreeMap<String, String>> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let status = |thread: std::io::Result<fs::DirEntry>| {
        let text = fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let lines = text.lines().filter_map(|line| line.split_once(":\t"));
        lines.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
    };
    threads.map(status).collect()
}

/// Asserts that every thread has these capabilities, cannot gain others, and has filtered system calls.
pub fn assert_held(process: u32, capabilities: u64) {
    for status in statuses(process) {
        let set = |name: &str| u64::from_str_radix(&status[name], 16).unwrap();
        assert_eq!([set("CapEff"), set("CapPrm"), set("CapBnd")], [capabilities; 3], "{status:?}");
        assert_eq!([set("CapInh"), set("CapAmb")], [0; 2], "{status:?}");
        assert_eq!((status["NoNewPrivs"].as_str(), status["Seccomp"].as_str()), ("1", "2"), "{status:?}");
    }
}

/// Returns the user and group numbers of a name.
pub fn ids(name: &str) -> (String, String) {
    let number = |option| {
        let output = Command::new("id").args([option, name]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    (number("-u"), number("-g"))
}

fn counting(arguments: &[&str]) -> (Lab, [Host; 2], Agent) {
    let lab = Lab::new();
    let [near, far] = ["near", "far"].map(|name| lab.host(name));
    let (at_near, _) = lab.link(&near, &far);
    let agent = near.agent(BINARY, &[&["-i", &at_near.name][..], arguments].concat());
    (lab, [near, far], agent)
}

fn info(agent: &Agent) -> BTreeMap<String, String> {
    let metrics = agent.metrics();
    let found: Vec<_> = metrics.of("classifier_sandbox_info", &[]).collect();
    assert_eq!((found.len(), found[0].value), (1, 1.0));
    found[0].labels.clone()
}

/// Returns how much of Landlock the kernel has: all that the agent asks for since version 6 (Linux 6.12).
fn landlock() -> &'static str {
    const VERSION_FLAG: u32 = 1;
    // SAFETY: with this flag the call reads no memory, and returns the version.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<u8>(), 0_usize, VERSION_FLAG) };
    if version >= 6 { "full" } else { "partial" }
}

fn labels(user: &str, capabilities: &str) -> BTreeMap<String, String> {
    let labels = [
        ("user", user),
        ("capabilities", capabilities),
        ("no_new_privs", "true"),
        ("seccomp", "true"),
        ("landlock", landlock()),
    ];
    labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[test]
fn unless_told_otherwise_it_keeps_what_attaching_takes() {
    let (_lab, _hosts, agent) = counting(&[]);
    assert_held(agent.id(), ATTACHING);
    assert_eq!(info(&agent), labels("root", "cap_net_admin,cap_perfmon,cap_bpf"));
    agent.stop();
}

#[test]
fn another_user_has_its_group_alone_and_no_capability_more() {
    let (_lab, _hosts, agent) = counting(&["--user", NOBODY, "--sandbox", "required"]);
    assert_held(agent.id(), ATTACHING);
    let (user, group) = ids(NOBODY);
    for status in statuses(agent.id()) {
        assert_eq!(status["Uid"], [user.as_str(); 4].join("\t"));
        assert_eq!((&status["Gid"], status["Groups"].as_str()), (&[group.as_str(); 4].join("\t"), ""));
    }
    assert_eq!(info(&agent), labels(NOBODY, "cap_net_admin,cap_perfmon,cap_bpf"));
    agent.stop();
}

#[test]
fn it_can_keep_no_capability_at_all() {
    let (_lab, _hosts, agent) = counting(&["--user", NOBODY, "--capabilities", "none"]);
    // Without TCX, the removal of the filters needs CAP_NET_ADMIN.
    let (kept, name) = if has_tcx() { (0, "none") } else { (1 << 12, "cap_net_admin") };
    assert_held(agent.id(), kept);
    assert_eq!(info(&agent), labels(NOBODY, name));
    assert!(!agent.said().contains("will not be attached"), "its interface is named: {}", agent.said());
    agent.stop();
}

#[test]
fn without_the_sandbox_nothing_is_given_up() {
    let (_lab, _hosts, agent) = counting(&["--sandbox", "off"]);
    let own = fs::read_to_string("/proc/self/status").unwrap();
    let own = own.lines().find_map(|line| line.strip_prefix("CapEff:\t")).unwrap();
    for status in statuses(agent.id()) {
        assert_eq!((status["CapEff"].as_str(), status["NoNewPrivs"].as_str()), (own, "0"));
        assert_eq!(status["Seccomp"], "0");
    }
    let info = info(&agent);
    assert_eq!([&info["capabilities"], &info["landlock"]], ["as_started", "off"]);
    agent.stop();
}

#[test]
fn a_user_that_does_not_exist_ends_the_start_before_anything_is_attached() {
    let lab = Lab::new();
    let host = lab.host("alone");
    let mut command = host.command(BINARY);
    let output = command.args(["run", "-i", "lo", "--user", "no:such:user"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "bad usage");
    assert_eq!(
        said,
        "classifier: user `no:such:user` does not exist; `getent passwd` lists the users of this host\n"
    );
}

#[test]
fn globs_without_capabilities_are_said_to_be_in_vain() {
    let lab = Lab::new();
    let [near, far] = ["near", "far"].map(|name| lab.host(name));
    let _ends = lab.link(&near, &far);
    let mut agent = near.agent(BINARY, &["-i", "far*", "--capabilities", "none"]);
    agent.wait_for("interfaces that appear later will not be attached");
    agent.stop();
}
