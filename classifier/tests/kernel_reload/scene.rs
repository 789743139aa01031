// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A wire, and an agent at its end with the least privileges.

use std::{
    thread,
    time::{Duration, Instant},
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp};
use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, FrameSocket, Host, Lab, Samples, servers::Folder};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Least privileges of an agent.
pub const HELD: [&str; 6] = ["--user", "nobody", "--capabilities", "none", "--sandbox", "required"];

/// Log text of a successful reload.
const TAKEN: &str = "configuration reloaded";

pub struct Scene {
    pub receiver: Host,
    pub folder: Folder,
    pub socket: FrameSocket,
    interface: String,
    _sender: Host,
}

impl Scene {
    /// Creates a scene with this configuration.
    pub fn new(config: &str) -> Self {
        let lab = Lab::new();
        let [sender, receiver] = ["sender", "receiver"].map(|name| lab.host(name));
        let (from, to) = lab.wire(&sender, &receiver, 1500);
        let socket = FrameSocket::open(&sender, &from);
        let scene =
            Self { receiver, folder: Folder::new("reload"), socket, interface: to.name, _sender: sender };
        scene.configure(config);
        scene
    }

    /// Replaces the configuration file, as editors do.
    pub fn configure(&self, config: &str) -> String {
        let text = format!("interfaces = ['{}']\negress = false\n{config}", self.interface);
        let next = self.folder.write("next.toml", text);
        let path = self.folder.join("classifier.toml");
        std::fs::rename(next, &path).unwrap();
        path
    }

    pub fn agent(&self, more: &[&str]) -> Agent {
        let config = self.folder.join("classifier.toml");
        self.receiver.agent(BINARY, &[&["--config", &config][..], &HELD, more].concat())
    }

    /// Sends a packet to each of these ports.
    pub fn send(&self, ports: &[u16]) {
        for port in ports {
            self.socket.send(ethernet(ipv4(tcp(CLIENT, *port))).bytes()).unwrap();
        }
    }
}

/// Sends SIGHUP.
pub fn hang_up(agent: &Agent) {
    kill_process(Pid::from_raw(agent.id().cast_signed()).unwrap(), Signal::HUP).unwrap();
}

/// Counts the successful reloads so far.
pub fn taken(agent: &Agent) -> usize {
    agent.said().matches(TAKEN).count()
}

/// Sends SIGHUP, and waits for the reload.
pub fn reload(agent: &Agent) {
    let before = taken(agent);
    hang_up(agent);
    until(agent, "reloaded", || taken(agent) > before);
}

pub fn until(agent: &Agent, what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < deadline, "never {what}: {}", agent.said());
        thread::sleep(Duration::from_millis(5));
    }
}

/// Writes a `[[port]]` for TCP.
pub fn port(protocol: &str, number: u16) -> String {
    format!("[[port]]\nprotocol = '{protocol}'\ntransport = 'tcp'\nports = [{number}]\n")
}

/// Counts the packets of a protocol on ingress, both roles.
pub fn packets(metrics: &Samples, protocol: &str) -> u64 {
    metrics.sum("classifier_packets_total", &[("protocol", protocol)])
}

/// Returns the metrics after this many packets.
pub fn counted(agent: &Agent, packets: u64) -> Samples {
    until(agent, "counted", || agent.metrics().sum("classifier_packets_total", &[]) >= packets);
    agent.metrics()
}
