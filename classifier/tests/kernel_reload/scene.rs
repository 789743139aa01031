//! A wire, and an agent at its end that has given up all that it can.

use std::{
    thread,
    time::{Duration, Instant},
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp};
use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, FrameSocket, Host, Lab, Samples, servers::Folder};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// The least.
pub const HELD: [&str; 6] = ["--user", "nobody", "--capabilities", "none", "--sandbox", "required"];

/// What the log says of a reload that went well.
const TAKEN: &str = "the configuration was read again";

pub struct Scene {
    pub receiver: Host,
    pub folder: Folder,
    pub socket: FrameSocket,
    interface: String,
    _sender: Host,
}

impl Scene {
    /// With this configuration.
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

    /// Puts another file in the place of the configuration, as editors do.
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

    /// A packet to each of these ports.
    pub fn send(&self, ports: &[u16]) {
        for port in ports {
            self.socket.send(ethernet(ipv4(tcp(CLIENT, *port))).bytes()).unwrap();
        }
    }
}

/// SIGHUP.
pub fn hang_up(agent: &Agent) {
    kill_process(Pid::from_raw(agent.id().cast_signed()).unwrap(), Signal::HUP).unwrap();
}

/// Reloads that went well so far.
pub fn taken(agent: &Agent) -> usize {
    agent.said().matches(TAKEN).count()
}

/// SIGHUP, and the reload that follows.
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

/// `[[port]]` for TCP.
pub fn port(protocol: &str, number: u16) -> String {
    format!("[[port]]\nprotocol = '{protocol}'\ntransport = 'tcp'\nports = [{number}]\n")
}

/// Packets of a protocol on ingress, both roles.
pub fn packets(metrics: &Samples, protocol: &str) -> u64 {
    metrics.sum("classifier_packets_total", &[("protocol", protocol)])
}

/// The metrics once so many packets are counted in all.
pub fn counted(agent: &Agent, packets: u64) -> Samples {
    until(agent, "counted", || agent.metrics().sum("classifier_packets_total", &[]) >= packets);
    agent.metrics()
}
