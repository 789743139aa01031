// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Nodes with an agent each, and one host that watches them all.

use std::{collections::BTreeMap, net::SocketAddr};

use classifier_common::{
    fixtures::{self, FixtureStep},
    packet::Link,
    protocol::Protocol,
};
use testbed::{End, FrameSocket, Host, Lab, Running};

const PORT: u16 = 9877;

/// Packets and bytes by protocol and role.
pub type Totals = BTreeMap<(&'static str, &'static str), (u64, u64)>;

pub struct Node {
    pub agent: Running,
    /// Address for scrapes.
    pub target: String,
    wire: FrameSocket,
    // The host ends with its last owner.
    _host: Host,
}

pub struct Fleet {
    pub monitor: Host,
    pub nodes: Vec<Node>,
}

impl Fleet {
    /// Starts the nodes in parallel, and waits until each serves.
    pub fn new(count: usize) -> Self {
        let lab = Lab::new();
        let [monitor, peer] = ["monitor", "peer"].map(|name| lab.host(name));
        let mut nodes: Vec<_> = (0..count).map(|_| Node::start(&lab, &monitor, &peer)).collect();
        for node in &mut nodes {
            node.agent.wait_for("serving metrics");
        }
        Self { monitor, nodes }
    }

    pub fn targets(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.target.clone()).collect()
    }

    /// Sends frames of known protocols to every node, a different number of each to each node.
    pub fn send(&self) -> Totals {
        let mut totals = Totals::new();
        for (number, node) in self.nodes.iter().enumerate() {
            for (step, repeats) in frames().iter().zip(number + 1..) {
                for _ in 0..repeats {
                    node.wire.send(&step.frame).expect("the wire is up");
                }
                let class = (label(step.expected.protocol), step.expected.role.label());
                let sum = totals.entry(class).or_default();
                sum.0 += repeats as u64;
                sum.1 += (repeats * step.frame.len()) as u64;
            }
        }
        totals
    }
}

impl Node {
    fn start(lab: &Lab, monitor: &Host, peer: &Host) -> Self {
        let host = lab.host("node");
        // Scrapes cross another link than counted packets.
        let (_, scraped) = lab.link(monitor, &host);
        let (sending, counted): (End, End) = lab.wire(peer, &host, 1500);
        let target = SocketAddr::from((scraped.v4, PORT)).to_string();
        let mut command = host.command(env!("CARGO_BIN_EXE_classifier"));
        command.args(["run", "-i", &counted.name, "-l", &target]).env_remove("RUST_LOG");
        Self { agent: Running::start(command), target, wire: FrameSocket::open(peer, &sending), _host: host }
    }
}

fn label(protocol: Protocol) -> &'static str {
    protocol.fixed_label().expect("a fixed protocol")
}

/// Creates one packet in each direction of every fixed protocol with a port except FTP's control, in either
/// family.
fn frames() -> Vec<FixtureStep> {
    let wanted = |name: &str| {
        let port = name.strip_prefix("IPv4 TCP ").or_else(|| name.strip_prefix("IPv6 TCP "));
        let port = port.and_then(|name| name.strip_prefix("to port ").or(name.strip_prefix("from port ")));
        port.is_some_and(|port| ["20", "25", "110", "143"].contains(&port))
    };
    let fixtures = fixtures::all().into_iter();
    let fixtures = fixtures.filter(|fixture| fixture.link == Link::Ethernet && wanted(&fixture.name));
    let frames: Vec<_> = fixtures.flat_map(|fixture| fixture.steps).collect();
    assert_eq!(frames.len(), 16, "four ports, two families, two ways");
    frames
}
