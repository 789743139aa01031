//! A host whose interfaces come and go, and the agent on it.

use std::{
    collections::BTreeSet,
    io::Write as _,
    net::{Ipv4Addr, Ipv6Addr},
    process::{ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, udp};
use testbed::{Agent, End, FrameSocket, Host, Lab, Samples};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// How long anything may take to follow.
const PATIENCE: Duration = Duration::from_secs(20);

/// A host on whose links the kernel says nothing of its own.
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

    /// A veth pair, up, the other end of `name` being `far-name`.
    pub fn pair(&self, name: &str) {
        self.ip(&format!("link add {name} type veth peer name far-{name}"));
        for end in [name, &format!("far-{name}")] {
            self.ip(&format!("link set dev {end} arp off multicast off up"));
        }
    }

    /// Runs commands of `ip` one after the other, in one process.
    pub fn batch(&self, commands: &str) {
        assert!(self.feed(&["-batch", "-"], commands).success());
    }

    /// The same, where some may fail.
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

    /// The interfaces whose names begin so.
    pub fn names(&self, prefix: &str) -> BTreeSet<String> {
        let listed = self.0.run("ip", &["-oneline", "link"]);
        let listed = listed.lines().filter_map(|line| line.split([':', '@']).nth(1));
        listed.map(|name| name.trim().to_owned()).filter(|name| name.starts_with(prefix)).collect()
    }

    /// Sends so many frames out of an interface.
    pub fn send(&self, name: &str, count: u64) {
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

/// The interfaces that are attached.
pub fn attached(metrics: &Samples) -> BTreeSet<String> {
    metrics.of("classifier_interface_info", &[]).map(|sample| sample.label("interface").to_owned()).collect()
}

/// The interfaces that have series.
pub fn counted(metrics: &Samples) -> BTreeSet<String> {
    metrics.of("classifier_packets_total", &[]).map(|sample| sample.label("interface").to_owned()).collect()
}

pub fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Packets of an interface, in and out.
pub fn packets(metrics: &Samples, interface: &str) -> [u64; 2] {
    ["ingress", "egress"].map(|direction| {
        let labels = [("interface", interface), ("direction", direction)];
        metrics.sum("classifier_packets_total", &labels)
    })
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
