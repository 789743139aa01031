// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A host with groups of interfaces, its agent, and its pin directory.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    mem, thread,
    time::{Duration, Instant},
};

use classifier::datapath::has_tcx;
use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, udp};
use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, FrameSocket, Host, Lab, Pins, left_behind};

use super::{
    group::{Commands, Group, Namespaces, far},
    model::{Id, Model, Served},
};
use crate::node::{BINARY, Node};

/// Time limit for an agent to follow.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Scene {
    node: Node,
    elsewhere: Host,
    pins: Pins,
    mode: &'static str,
    agent: Option<Agent>,
    groups: Vec<Group>,
    model: Model,
    /// Number of interfaces so far.
    next: usize,
    senders: BTreeMap<Id, FrameSocket>,
    history: Vec<String>,
}

impl Scene {
    pub fn new(mode: &'static str, groups: usize) -> Self {
        let elsewhere = Lab::new().host("elsewhere");
        elsewhere.sysctl("net/ipv6/conf/default/disable_ipv6", "1");
        let mut scene = Self {
            node: Node::new(),
            elsewhere,
            pins: Pins::mounted(),
            mode,
            agent: None,
            groups: (0..groups).map(Group::new).collect(),
            model: Model::new(mode == "native" || has_tcx()),
            next: 0,
            senders: BTreeMap::new(),
            history: Vec::new(),
        };
        scene.start();
        scene
    }

    /// Applies an event in each group, with an agent that runs, that is slow, or that is down.
    pub fn step(&mut self, random: &mut fastrand::Rng) {
        let how = random.u8(..10);
        match how {
            0 | 1 => {
                let agent = self.agent.take().expect("it runs");
                let is_killed = how == 0;
                if is_killed {
                    agent.kill();
                } else {
                    agent.leave();
                }
                self.say(if is_killed { "kill" } else { "end" });
                for _ in 0..random.u8(1..4) {
                    self.change(random);
                    self.send(random);
                }
                self.say("start");
                self.start();
            }
            2 | 3 => {
                self.say("stopped meanwhile");
                self.signal(Signal::STOP);
                self.change(random);
                self.signal(Signal::CONT);
            }
            4 => {
                self.say("reload");
                self.signal(Signal::HUP);
                self.change(random);
            }
            _ => self.change(random),
        }
        self.model.settle();
        self.compare();
        self.send(random);
        self.compare();
    }

    /// Ends the sequences of this round.
    pub fn end(&mut self) {
        let mut commands = Commands::default();
        for group in &mut self.groups {
            group.end(&mut self.model, &mut commands);
            group.history.clear();
        }
        self.run(&commands);
        self.model.settle();
        self.compare();
        self.history.clear();
        self.senders.clear();
    }

    /// Ends the agent and removes its pins.
    pub fn leave(mut self) {
        self.agent.take().expect("it runs").leave();
        self.node.0.run(BINARY, &["detach", "--pin-dir", &self.pins.folder("classifier")]);
        assert_eq!(left_behind(), Vec::<String>::new());
    }

    fn start(&mut self) {
        let folder = self.pins.folder("classifier");
        let arguments = ["-i", "q*", "--xdp-mode", self.mode, "--pin-dir", &folder];
        self.agent = Some(self.node.agent(&arguments));
    }

    fn agent(&self) -> &Agent {
        self.agent.as_ref().expect("it runs")
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.agent().id().cast_signed()).expect("not 0"), signal)
            .expect("it runs");
    }

    /// Records an event of all groups.
    fn say(&mut self, what: &str) {
        self.history.push(what.to_owned());
        for group in &mut self.groups {
            group.history.push(what.to_owned());
        }
    }

    fn change(&mut self, random: &mut fastrand::Rng) {
        let namespaces = Namespaces { here: self.node.0.path(), there: self.elsewhere.path() };
        let mut commands = Commands::default();
        let mut groups = mem::take(&mut self.groups);
        for group in &mut groups {
            group.step(random, &mut self.model, &mut self.next, &namespaces, &mut commands);
        }
        self.groups = groups;
        self.run(&commands);
        for id in self.model.links.keys() {
            self.senders
                .entry(*id)
                .or_insert_with(|| FrameSocket::bound(&self.node.0, self.node.0.index(&far(*id))));
        }
    }

    fn run(&self, commands: &Commands) {
        let elsewhere = Node(self.elsewhere.clone());
        elsewhere.batch(&commands.back.join("\n"));
        self.node.batch(&commands.here.join("\n"));
        elsewhere.batch(&commands.away.join("\n"));
        // After one end comes up, the carrier at the other end is noticed some time later, and nothing is
        // sent before.
        self.node.wait_for_carrier("f");
    }

    /// Sends some packets to each interface.
    fn send(&mut self, random: &mut fastrand::Rng) {
        let frame = ethernet(ipv4(udp(CLIENT, 9)));
        for id in self.model.links.keys().copied().collect::<Vec<_>>() {
            let packets = random.u64(..4);
            for _ in 0..packets {
                self.senders[&id].send(frame.bytes()).expect("its pair is there");
            }
            self.model.receive(id, packets);
        }
    }

    /// Waits until the agent serves the model's data.
    fn compare(&self) {
        let expected = self.model.served();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let served = served(&self.agent().get("/metrics"));
            if served == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{}", self.differences(&served, &expected));
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn differences(&self, served: &Served, expected: &Served) -> String {
        let mut said = format!("attached {:?}\nexpected {:?}\n", served.attached, expected.attached);
        for group in &self.groups {
            let of = |served: &Served| -> Vec<_> {
                let its = served.packets.iter().filter(|(name, _)| group.has(name));
                its.map(|(name, count)| format!("{name} {count}")).collect()
            };
            if of(served) != of(expected) {
                let _ = writeln!(
                    said,
                    "{:?}: served {:?}, expected {:?}",
                    group.history,
                    of(served),
                    of(expected)
                );
            }
        }
        let errors = self.agent().said();
        let errors: Vec<_> =
            errors.lines().filter(|line| line.contains("ERROR") || line.contains("WARN")).collect();
        format!("{said}{}", errors.join("\n"))
    }
}

/// Parses received packets by interface, and the attached interfaces.
fn served(metrics: &str) -> Served {
    let mut served = Served::default();
    let label = |line: &str| Some(line.split_once("interface=\"")?.1.split_once('"')?.0.to_owned());
    for line in metrics.lines() {
        let value =
            || line.rsplit_once(' ').and_then(|(_, value)| value.parse::<u64>().ok()).unwrap_or_default();
        let Some(name) = label(line) else { continue };
        if line.starts_with("classifier_packets_total{") && line.contains("direction=\"ingress\"") {
            *served.packets.entry(name).or_default() += value();
        } else if line.starts_with("classifier_interface_attached{") && value() == 1 {
            served.attached.push(name);
        }
    }
    served.attached.sort();
    served
}
