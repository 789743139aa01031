// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The measured hooks, and the programs of each.

use anyhow::Result;
use classifier_common::abi::{
    Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_POLICY_EGRESS, PROGRAM_POLICY_INGRESS,
    PROGRAM_POLICY_XDP, PROGRAM_XDP,
};

use testbed::End;

use crate::yardsticks::{
    Yardsticks,
    abi::{MAP_TARGETS_TC, MAP_TARGETS_XDP},
};

/// Index of the loopback interface: source of frames in a test run.
pub const LOOPBACK: u32 = 1;

/// A measured hook.
pub struct Hook {
    pub name: &'static str,
    /// Name of the classifier's program.
    pub program: &'static str,
    /// Name of the classifier's program with a dry run of a policy.
    pub dry_run: &'static str,
    /// Name of the classifier's TC program for the other direction.
    pub opposite: &'static str,
    pub empty: &'static str,
    pub counter: &'static str,
    pub replay: &'static str,
    /// Name of the map with the targets of the replay program.
    pub targets: &'static str,
    pub direction: Direction,
    /// True if single kinds of packets have goals at this hook.
    pub kinds_have_goals: bool,
    /// Bound of the mix, in nanoseconds above the empty program.
    pub goal_of_mix: f64,
    /// Return value of the programs.
    pub verdict: u32,
}

impl Hook {
    /// Returns whether the programs are XDP programs.
    pub fn is_xdp(&self) -> bool {
        self.program == PROGRAM_XDP
    }
}

pub const XDP: Hook = Hook {
    name: "XDP",
    program: PROGRAM_XDP,
    dry_run: PROGRAM_POLICY_XDP,
    opposite: PROGRAM_EGRESS,
    empty: "empty_xdp",
    counter: "counter_xdp",
    replay: "replay_xdp",
    targets: MAP_TARGETS_XDP,
    direction: Direction::Ingress,
    kinds_have_goals: true,
    goal_of_mix: 6.0,
    // XDP_PASS
    verdict: 2,
};

pub const INGRESS: Hook = Hook {
    name: "TCX ingress",
    program: PROGRAM_INGRESS,
    dry_run: PROGRAM_POLICY_INGRESS,
    opposite: PROGRAM_EGRESS,
    empty: "empty_tc",
    counter: "counter_tc",
    replay: "replay_tc",
    targets: MAP_TARGETS_TC,
    direction: Direction::Ingress,
    kinds_have_goals: false,
    goal_of_mix: 12.0,
    // TC_ACT_UNSPEC
    verdict: u32::MAX,
};

pub const EGRESS: Hook = Hook {
    name: "TCX egress",
    program: PROGRAM_EGRESS,
    dry_run: PROGRAM_POLICY_EGRESS,
    opposite: PROGRAM_INGRESS,
    direction: Direction::Egress,
    ..INGRESS
};

/// Attaches each XDP program for comparison to one of these interfaces. Together with the classifier's there
/// are four, each equally deep in the kernel's search for the program (`bpf_dispatcher`).
pub fn settle(yardsticks: &mut Yardsticks, interfaces: &[End]) -> Result<()> {
    let programs = [XDP.empty, XDP.counter, XDP.replay].into_iter().zip(interfaces);
    programs.into_iter().try_for_each(|(program, interface)| yardsticks.attach(program, interface))
}
