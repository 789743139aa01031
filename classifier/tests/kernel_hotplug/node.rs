// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A host whose interfaces come and go, with an agent.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    net::{Ipv4Addr, Ipv6Addr},
    process::{ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, udp};
use testbed::{Agent, End, FrameSocket, Host, Lab, Samples};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Time limit for any change.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A host whose kernel sends no traffic of its own on the links.
pub struct Node(pub Host);

impl Node {
    pub fn new() -> Self {
        let host = Lab::new().host("node");
        host.sysctl("net/ipv6/conf/default/disable_ipv6", "1");
        Self(host)
    }

    pub fn ip(&self, words: &str) {
        self.0.run("ip", &words.split(' ').collect::<Vec<_>>());
    }

    /// Creates a veth pair, up; the other end of `name` is `far-name`.
    pub fn pair(&self, name: &str) {
        self.ip(&format!("link add {name} type veth peer name far-{name}"));
        for end in [name, &format!("far-{name}")] {
            self.ip(&format!("link set dev {end} arp off multicast off up"));
        }
    }

    /// Creates a bridge that sends nothing of its own, not even the report of a member of the group of snoopers, which
    /// comes within a second of its start (`net/bridge/br_multicast.c`, `br_multicast_join_snoopers`).
    pub fn bridge(&self, name: &str) {
        self.ip(&format!("link add {name} type bridge mcast_snooping 0"));
    }

    /// Runs commands of `ip` in order, in one process.
    pub fn batch(&self, commands: &str) {
        assert!(self.feed(&["-batch", "-"], commands).success());
    }

    /// Runs commands of `ip`, some of which may fail.
    pub fn try_batch(&self, commands: &str) {
        self.feed(&["-force", "-batch", "-"], commands);
    }

    fn feed(&self, arguments: &[&str], commands: &str) -> ExitStatus {
        let mut command = self.0.command("ip");
        command.args(arguments).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
        child.wait().unwrap()
    }

    /// Lists the interfaces whose names have this prefix.
    pub fn names(&self, prefix: &str) -> BTreeSet<String> {
        let listed = self.0.run("ip", &["-oneline", "link"]);
        let listed = listed.lines().filter_map(|line| line.split([':', '@']).nth(1));
        listed.map(|name| name.trim().to_owned()).filter(|name| name.starts_with(prefix)).collect()
    }

    /// Waits until every interface whose name begins with `prefix` is up, with a carrier.
    pub fn wait_for_carrier(&self, prefix: &str) {
        self.wait_while(|name, line| name.starts_with(prefix) && !line.contains("state UP"));
    }

    /// Waits until the kernel has seen the carrier of an interface that has one.
    ///
    /// Until then the interface has no queue, and drops in silence what is sent: the kernel looks at carriers at most
    /// once a second (`net/core/link_watch.c`).
    fn wait_for_queue(&self, interface: &str) {
        let is_usable = |line: &str| ["state UP", "state UNKNOWN"].iter().any(|state| line.contains(state));
        self.wait_while(|name, line| name == interface && line.contains("LOWER_UP") && !is_usable(line));
    }

    /// Waits while a line of `ip link` is one that `is_unfit` describes by the interface's name and the line.
    fn wait_while(&self, is_unfit: impl Fn(&str, &str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let listed = self.0.run("ip", &["-oneline", "link"]);
            let name = |line: &str| line.split([':', '@']).nth(1).map(|name| name.trim().to_owned());
            let unfit = |line: &&str| name(line).is_some_and(|name| is_unfit(&name, line));
            let Some(line) = listed.lines().find(unfit) else {
                return;
            };
            assert!(Instant::now() < deadline, "{line}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends `count` frames out of an interface, once the kernel has seen its carrier.
    pub fn send(&self, name: &str, count: u64) {
        self.wait_for_queue(name);
        let index = self.0.index(name);
        let end = End { name: name.to_owned(), index, v4: Ipv4Addr::UNSPECIFIED, v6: Ipv6Addr::UNSPECIFIED };
        let socket = FrameSocket::open(&self.0, &end);
        for _ in 0..count {
            socket.send(ethernet(ipv4(udp(CLIENT, 9))).bytes()).unwrap();
        }
    }

    pub fn agent(&self, arguments: &[&str]) -> Agent {
        self.0.agent(BINARY, arguments)
    }
}

/// Lists the attached interfaces.
pub fn attached(metrics: &Samples) -> BTreeSet<String> {
    metrics.of("classifier_interface_info", &[]).map(|sample| sample.label("interface").to_owned()).collect()
}

/// Lists the wanted interfaces, with 1 for each attached one.
pub fn wanted(metrics: &Samples) -> BTreeMap<String, u64> {
    let wanted =
        metrics.of("classifier_interface_attached", &[]).map(|sample| sample.label("interface").to_owned());
    wanted
        .map(|name| (name.clone(), metrics.sum("classifier_interface_attached", &[("interface", &name)])))
        .collect()
}

/// Lists the interfaces with series.
pub fn counted(metrics: &Samples) -> BTreeSet<String> {
    metrics.of("classifier_packets_total", &[]).map(|sample| sample.label("interface").to_owned()).collect()
}

pub fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Returns the packets of an interface, in and out.
pub fn packets(metrics: &Samples, interface: &str) -> [u64; 2] {
    ["ingress", "egress"].map(|direction| {
        let labels = [("interface", interface), ("direction", direction)];
        metrics.sum("classifier_packets_total", &labels)
    })
}

/// Asserts the packets of an interface, in and out, after pending packets have arrived.
pub fn assert_packets(agent: &Agent, interface: &str, expected: [u64; 2]) {
    let is_there =
        |metrics: &Samples| packets(metrics, interface).iter().zip(expected).all(|(now, end)| *now >= end);
    let deadline = Instant::now() + PATIENCE;
    let mut metrics = agent.metrics();
    while !is_there(&metrics) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
        metrics = agent.metrics();
    }
    assert_eq!(packets(&metrics, interface), expected, "{interface}; {}", agent.said());
}

/// Waits until exactly these are attached.
pub fn settle(agent: &Agent, expected: &[&str]) -> Samples {
    wait(agent, |metrics| attached(metrics) == names(expected))
}

pub fn wait(agent: &Agent, mut is_so: impl FnMut(&Samples) -> bool) -> Samples {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let metrics = agent.metrics();
        if is_so(&metrics) {
            return metrics;
        }
        assert!(Instant::now() < deadline, "attached: {:?}; {}", attached(&metrics), agent.said());
        thread::sleep(Duration::from_millis(10));
    }
}
