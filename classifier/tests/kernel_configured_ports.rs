// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel counts by the ports of the configuration file, and an invalid file attaches nothing.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, ipv6, tcp, udp};
use testbed::{Agent, End, FrameSocket, Host, Lab, attached_in, left_behind};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Configuration file, without the interface.
const CONFIG: &str = r#"
egress = false

[[port]]
protocol = "submission"
transport = "tcp"
ports = [587]

[[port]]
protocol = "smtp"
transport = "tcp"
ports = [2525]

[[port]]
protocol = "mailbox"
transport = "tcp"
ports = [143]

[[port]]
protocol = "mailbox"
transport = "udp"
ports = [143]

[ftp]
control_ports = [2121]
"#;

/// Ports with transport, label, and the number of frames to each; twice as many come from it.
const SENT: [(&str, u16, &str, u64); 9] = [
    ("tcp", 587, "submission", 3),
    ("tcp", 2121, "ftp_control", 5),
    ("tcp", 21, "tcp_other", 7),
    ("tcp", 25, "smtp", 11),
    ("tcp", 2525, "smtp", 13),
    ("tcp", 143, "mailbox", 17),
    ("udp", 143, "mailbox", 19),
    ("udp", 587, "udp_other", 23),
    ("tcp", 110, "pop3", 29),
];

struct Scene {
    sender: Host,
    receiver: Host,
    from: End,
    to: End,
    config: PathBuf,
}

impl Scene {
    fn new(name: &str, config: &str) -> Self {
        let lab = Lab::new();
        let [sender, receiver] = ["sender", "receiver"].map(|name| lab.host(name));
        let (from, to) = lab.wire(&sender, &receiver, 1500);
        let path = std::env::temp_dir().join(format!("classifier-{name}-{}.toml", std::process::id()));
        fs::write(&path, format!("interfaces = [\"{}\"]\n{config}", to.name)).unwrap();
        Self { sender, receiver, from, to, config: path }
    }

    fn path(&self) -> &str {
        self.config.to_str().unwrap()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.config);
    }
}

fn send(socket: &FrameSocket, transport: &str, source: u16, destination: u16) {
    let segment = if transport == "tcp" { tcp(source, destination) } else { udp(source, destination) };
    for packet in [ipv4(segment.clone()), ipv6(segment)] {
        socket.send(ethernet(packet).bytes()).unwrap();
    }
}

fn send_all(scene: &Scene) -> u64 {
    let socket = FrameSocket::open(&scene.sender, &scene.from);
    for (transport, port, _, count) in SENT {
        for _ in 0..count {
            send(&socket, transport, CLIENT, port);
            send(&socket, transport, port, CLIENT);
            send(&socket, transport, port, CLIENT);
        }
    }
    SENT.iter().map(|(.., count)| count * 6).sum()
}

fn wait_for(agent: &Agent, packets: u64) {
    let deadline = Instant::now() + Duration::from_secs(5);
    let ingress = [("direction", "ingress")];
    while agent.metrics().sum("classifier_packets_total", &ingress) < packets && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_port_counts_under_whom_the_file_gives_it_to() {
    let scene = Scene::new("configured-ports", CONFIG);
    let agent = scene.receiver.agent(BINARY, &["--config", scene.path()]);
    assert_eq!(
        attached_in(&scene.receiver),
        [format!("{}: TCX ingress", scene.to.name)],
        "only ingress, on the one interface"
    );
    let sent = send_all(&scene);
    wait_for(&agent, sent);

    let metrics = agent.metrics();
    let count =
        |protocol, role| metrics.sum("classifier_packets_total", &[("protocol", protocol), ("role", role)]);
    for label in SENT.map(|(_, _, label, _)| label) {
        let to: u64 =
            SENT.iter().filter(|(_, _, other, _)| *other == label).map(|(.., count)| 2 * count).sum();
        let counted = [count(label, "to_server"), count(label, "from_server"), count(label, "none")];
        let expected = if label.ends_with("_other") { [0, 0, 3 * to] } else { [to, 2 * to, 0] };
        assert_eq!(counted, expected, "{label}");
    }
    assert_eq!(metrics.sum("classifier_packets_total", &[]), sent);
    let imap = metrics.sum("classifier_packets_total", &[("protocol", "imap")]);
    assert_eq!(imap, 0, "its port was taken");
    // 20, 25, 110 and 143 of TCP are defaults, 21 is removed, 4 are added.
    assert_eq!(metrics.sum("classifier_map_entries", &[("map", "ports")]), 8);
    agent.stop();
}

#[test]
fn the_environment_beats_the_file() {
    let scene = Scene::new("configured-egress", CONFIG);
    let environment = [("CLASSIFIER_CONFIG", scene.path()), ("CLASSIFIER_NO_EGRESS", "false")];
    let agent = scene.receiver.agent_with(BINARY, &[], &environment);
    assert_eq!(attached_in(&scene.receiver).len(), 2, "ingress and egress");
    agent.stop();
}

#[test]
fn a_bad_file_attaches_nothing() {
    let scene = Scene::new("bad-ports", "[ftp]\ncontrol_ports = [21, 21]\n");
    let mut command = scene.receiver.command(BINARY);
    let output = command.args(["run", "-c", scene.path()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let expected = "3:22: `ftp.control_ports`: port 21 is given twice; leave one out";
    assert_eq!(said, format!("classifier: {}:{expected}\n", scene.path()));
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(attached_in(&scene.receiver), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
}
