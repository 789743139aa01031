// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An operator without mercy: reloads, kills and upgrades.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use testbed::Agent;

use crate::{BINARY, scene::Scene};

/// Number of each action so far.
#[derive(Clone, Copy, Default)]
pub struct Done {
    pub reloads: usize,
    pub kills: usize,
    pub upgrades: usize,
}

/// The agent, in the hands of the operator.
pub struct Operator<'s> {
    scene: &'s Scene,
    /// A build whose counters have another layout.
    other: String,
    agent: Option<Agent>,
    is_other: bool,
    pub done: Done,
}

impl<'s> Operator<'s> {
    pub fn new(scene: &'s Scene, other: String) -> Self {
        let agent = Some(scene.agent(BINARY));
        Self { scene, other, agent, is_other: false, done: Done::default() }
    }

    /// Returns the running agent.
    pub fn agent(&self) -> &Agent {
        self.agent.as_ref().expect("it runs")
    }

    /// Acts at random moments until one.
    pub fn run(&mut self, until: Instant) {
        loop {
            let pause = Duration::from_millis(fastrand::u64(2000..12_000));
            if Instant::now() + pause > until {
                return;
            }
            thread::sleep(pause);
            match fastrand::u8(..4) {
                0 => self.kill(),
                1 => self.upgrade(),
                _ => self.reload(),
            }
        }
    }

    /// Ends the agent by SIGKILL, and starts one of the same build after some time.
    fn kill(&mut self) {
        self.agent.take().expect("it runs").kill();
        self.done.kills += 1;
        thread::sleep(Duration::from_millis(fastrand::u64(..3000)));
        self.start();
    }

    /// Ends the agent, and starts one whose counters have another layout.
    pub fn upgrade(&mut self) {
        self.agent.take().expect("it runs").leave();
        self.is_other = !self.is_other;
        self.done.upgrades += 1;
        self.start();
    }

    fn reload(&mut self) {
        self.scene.configure(fastrand::bool());
        let id = self.agent().id().cast_signed();
        kill_process(Pid::from_raw(id).expect("a process"), Signal::HUP).expect("it runs");
        self.done.reloads += 1;
    }

    fn start(&mut self) {
        let binary = if self.is_other { &self.other } else { BINARY };
        self.agent = Some(self.scene.agent(binary));
    }

    /// Starts an agent of the first build and of the first configuration.
    pub fn settle(&mut self) {
        self.scene.configure(false);
        if self.is_other {
            self.upgrade();
        } else {
            self.agent.take().expect("it runs").leave();
            self.start();
        }
    }

    /// Ends the agent for good.
    pub fn leave(self) {
        self.agent.expect("it runs").leave();
    }
}
