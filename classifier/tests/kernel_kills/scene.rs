// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A host with two interfaces, their pins, and the agents that count them.

use std::{
    process::{Command, ExitStatus},
    thread::sleep,
    time::{Duration, Instant},
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, udp};
use testbed::{Agent, FrameSocket, Pins, attached_in, left_behind};

use crate::{
    ftp,
    interface::{DIRECTIONS, Found, Interface},
    node::{self, BINARY, Node},
    operation::{Build, Change},
    other_layout::other_layout,
    tracer::Tracer,
};

/// Names of the interfaces.
const NAMES: [&str; 2] = ["lan0", "lan1"];

/// Time limit of packets that are on their way, and of a change of names.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Scene {
    pub node: Node,
    pins: Pins,
    other: String,
    pub interfaces: Vec<Interface>,
    /// Number of interfaces that were created.
    created: usize,
    /// Number of sessions of FTP that were sent.
    sessions: u16,
    /// Number of data ports that must be learned.
    pub learned: u64,
    /// The running agent, and its build.
    pub agent: Option<(Build, Agent)>,
}

impl Scene {
    pub fn new() -> Self {
        let mut scene = Self {
            node: Node::new(),
            pins: Pins::mounted(),
            other: other_layout(BINARY),
            interfaces: Vec::new(),
            created: 0,
            sessions: 0,
            learned: 0,
            agent: None,
        };
        scene.create();
        scene
    }

    /// Creates the interfaces that are missing.
    fn create(&mut self) {
        for name in NAMES {
            if self.interfaces.iter().all(|interface| interface.name != name) {
                self.created += 1;
                let far = format!("far{}", self.created);
                self.node.ip(&format!("link add {name} type veth peer name {far}"));
                for end in [name, &far] {
                    self.node.ip(&format!("link set dev {end} arp off multicast off up"));
                }
                self.interfaces.push(Interface { name: name.to_owned(), far, counts: [0, 0] });
            }
        }
    }

    fn words(&self, build: Build) -> [String; 6] {
        let binary = match build {
            Build::This => BINARY,
            Build::OtherLayout => &self.other,
        };
        [binary, "run", "-i", "lan*", "--pin-dir", &self.pins.folder("classifier")].map(ToOwned::to_owned)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.node.0.command(words[0]);
        command.args(&words[1..]);
        command
    }

    /// Starts an agent under a tracer, until it is ready or ends.
    pub fn start_traced(&mut self, build: Build, tracer: &Tracer) -> Option<(ExitStatus, String)> {
        let words = self.words(build);
        let words = tracer.wrap(&words.each_ref().map(|word| &**word));
        match Agent::begin(&self.node.0, self.command(&words)).ready_or_ended() {
            Ok(agent) => {
                self.agent = Some((build, agent));
                None
            }
            Err(ended) => Some(ended),
        }
    }

    /// Starts an agent.
    pub fn start(&mut self, build: Build) -> &Agent {
        let words = self.words(build);
        let words = words.each_ref().map(|word| &**word);
        let agent = Agent::begin(&self.node.0, self.command(&words)).when_ready();
        &self.agent.insert((build, agent)).1
    }

    /// Runs `classifier detach` under a tracer.
    pub fn detach_traced(&self, tracer: &Tracer) -> (ExitStatus, String) {
        let folder = self.pins.folder("classifier");
        let output = self.command(&tracer.wrap(&[BINARY, "detach", "--pin-dir", &folder])).output().unwrap();
        (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Ensures that an agent of this build runs, with both interfaces attached.
    pub fn run_agent(&mut self) {
        self.create();
        if self.agent.as_ref().is_none_or(|(build, _)| *build != Build::This) {
            if let Some((_, agent)) = self.agent.take() {
                agent.leave();
            }
            self.start(Build::This);
        }
        let (_, agent) = self.agent.as_ref().unwrap();
        node::settle(agent, &NAMES);
        assert_eq!(self.check("an agent that was not disturbed"), None);
    }

    /// Ends the agent, and removes all pins. Nothing may be left.
    pub fn clear(&mut self) {
        if let Some((_, agent)) = self.agent.take() {
            agent.leave();
        }
        let folder = self.pins.folder("classifier");
        self.node.0.run(BINARY, &["detach", "--pin-dir", &folder]);
        assert_eq!(self.pins.list(), Vec::<String>::new());
        assert_eq!(attached_in(&self.node.0), Vec::<String>::new());
        assert_eq!(left_behind(), Vec::<String>::new());
        for interface in &mut self.interfaces {
            interface.counts = [0, 0];
        }
        self.learned = 0;
    }

    /// Returns the commands of a change, and changes the model.
    pub fn change(&mut self, change: Change) -> String {
        let [a, b] = &mut self.interfaces[..] else { panic!("two interfaces") };
        match change {
            Change::Nothing => String::new(),
            Change::Swap => {
                let commands = [(&*a.name, "x"), (&b.name, &a.name), ("x", &b.name)]
                    .map(|(old, new)| format!("link set dev {old} name {new}\n"))
                    .concat();
                std::mem::swap(&mut a.name, &mut b.name);
                commands
            }
            Change::Take => {
                let commands = format!("link del {}\nlink set dev {} name {}\n", a.name, b.name, a.name);
                b.name.clone_from(&a.name);
                b.counts = [0, 1].map(|direction| a.counts[direction] + b.counts[direction]);
                self.interfaces.remove(0);
                commands
            }
        }
    }

    /// Sends packets both ways on every interface, and a session of FTP out of the first. Those of a hook without a program
    /// are not counted.
    pub fn send(&mut self, attached: Option<&[String]>) {
        self.sessions += 1;
        let plain = ethernet(ipv4(udp(CLIENT, 9))).bytes().to_vec();
        for (number, interface) in self.interfaces.iter_mut().enumerate() {
            // A packet that goes out has passed its hook when the call returns. Those that come in may be late: under
            // load they wait for a thread of the kernel. So a session whose order matters goes out.
            let session = if number == 0 { ftp::session(self.sessions).to_vec() } else { Vec::new() };
            let frames = [vec![plain.clone(); 2], [session, vec![plain.clone()]].concat()];
            for ((direction, frames), end) in frames.iter().enumerate().zip([&interface.far, &interface.name])
            {
                let hook = format!("{}: TCX {}", interface.name, DIRECTIONS[direction]);
                let is_counted = attached.is_none_or(|attached| attached.contains(&hook));
                let socket = FrameSocket::bound(&self.node.0, self.node.0.index(end));
                for frame in frames {
                    socket.send(frame).unwrap();
                    interface.counts[direction] += u64::from(is_counted);
                }
                self.learned += u64::from(number == 0 && direction == 1 && is_counted);
            }
        }
    }

    fn expected(&self) -> Found {
        let interfaces = self.interfaces.iter();
        let interfaces = interfaces.map(|interface| (interface.name.clone(), interface.counts)).collect();
        Found { interfaces, learned: self.learned, unattributed: 0 }
    }

    /// Waits until the running agent serves the counts of the model. Returns the exit status of an agent that ends
    /// instead.
    pub fn check(&mut self, what: &str) -> Option<ExitStatus> {
        let expected = self.expected();
        let (_, agent) = self.agent.as_mut().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = agent.try_metrics().map(|metrics| Found::of(&metrics));
            if found.as_ref() == Some(&expected) {
                return None;
            }
            if let Some(status) = agent.ended() {
                return Some(status);
            }
            assert!(Instant::now() < deadline, "{what}: {found:?}, not {expected:?}: {}", agent.said());
            sleep(Duration::from_millis(20));
        }
    }

    /// Tells whether the running agent serves the counts of the model.
    pub fn is_settled(&self) -> bool {
        let metrics = self.agent.as_ref().and_then(|(_, agent)| agent.try_metrics());
        metrics.is_some_and(|metrics| Found::of(&metrics) == self.expected())
    }
}
