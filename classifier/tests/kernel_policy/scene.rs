// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A wire, and an agent at one end with a policy's dry run.

use std::{
    collections::BTreeMap,
    fs, thread,
    time::{Duration, Instant},
};

use classifier::{
    config::Layer, configuration::ConfigurationSources, policy::Policy, protocol_names::ProtocolNames,
};
use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, End, FrameSocket, Host, Lab, Samples, servers::Folder};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

pub const FAMILY: &str = "classifier_policy_packets_total";

/// Packets by rule and verdict.
pub type Decided = BTreeMap<(String, String), u64>;

/// Parses a policy, with the names of the fixtures' configuration.
pub fn policy(text: &str) -> (Policy, ProtocolNames) {
    let folder = Folder::new("policy");
    let names = "[[port]]\nprotocol = 'submission'\ntransport = 'tcp'\nports = [587]\n\
                 [[port]]\nprotocol = 'syslog'\ntransport = 'udp'\nports = [514]\n";
    let (file, policy) = (folder.write("c.toml", names), folder.write("p.toml", text));
    let flags = Layer { policy: Some(policy.into()), ..Layer::default() };
    let configuration = ConfigurationSources { flags, file: Some(file.into()) }.read().unwrap();
    (configuration.policy.unwrap(), configuration.settings.names)
}

pub struct Scene {
    pub receiver: Host,
    pub socket: FrameSocket,
    pub folder: Folder,
    pub to: End,
    _sender: Host,
}

impl Scene {
    /// Creates a scene with this policy.
    pub fn new(text: &str) -> Self {
        let lab = Lab::new();
        let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
        let (from, to) = lab.wire(&sender, &receiver, 1500);
        let socket = FrameSocket::open(&sender, &from);
        let scene = Self { receiver, socket, folder: Folder::new("policy"), to, _sender: sender };
        scene.write(text);
        scene
    }

    /// Replaces the policy's file, as editors do.
    pub fn write(&self, text: &str) -> String {
        let next = self.folder.write("next.toml", text);
        let path = self.folder.join("policy.toml");
        fs::rename(next, &path).unwrap();
        path
    }

    pub fn agent(&self, more: &[&str]) -> Agent {
        self.receiver.agent(BINARY, &[&["-i", &self.to.name][..], more].concat())
    }

    pub fn evaluating(&self, more: &[&str]) -> Agent {
        let path = self.folder.join("policy.toml");
        self.agent(&[&["--policy", &path][..], more].concat())
    }
}

pub fn hang_up(agent: &Agent) {
    kill_process(Pid::from_raw(agent.id().cast_signed()).unwrap(), Signal::HUP).unwrap();
}

/// Sends SIGHUP, and waits for these words once more in the log.
pub fn reload(agent: &Agent, words: &str) {
    let said = || agent.said().matches(words).count();
    let before = said();
    hang_up(agent);
    until(agent, words, || said() > before);
}

pub fn until(agent: &Agent, what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < deadline, "never {what}: {}", agent.said());
        thread::sleep(Duration::from_millis(5));
    }
}

/// Returns the decisions in a direction, without series of 0.
pub fn decided(samples: &Samples, direction: &str) -> Decided {
    let mut decided = Decided::new();
    for sample in samples.of(FAMILY, &[("direction", direction)]).filter(|sample| sample.value > 0.0) {
        let (rule, verdict) = (sample.label("rule"), sample.label("verdict"));
        let packets = samples.sum(FAMILY, &[("direction", direction), ("rule", rule), ("verdict", verdict)]);
        decided.insert((rule.to_owned(), verdict.to_owned()), packets);
    }
    decided
}

/// Returns the decisions on ingress, after this many packets.
pub fn once(agent: &Agent, packets: u64) -> Decided {
    let counted = || agent.metrics().sum("classifier_packets_total", &[("direction", "ingress")]);
    until(agent, "counted", || counted() >= packets);
    decided(&agent.metrics(), "ingress")
}

/// Builds the expected decisions.
pub fn expected(all: &[(&str, &str, u64)]) -> Decided {
    all.iter()
        .map(|(rule, verdict, packets)| (((*rule).to_owned(), format!("would_{verdict}")), *packets))
        .collect()
}
