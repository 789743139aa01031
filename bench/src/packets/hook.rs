//! The hooks that are measured, and the programs of each.

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

/// In a test run a frame comes from the loopback interface of the network namespace.
pub const LOOPBACK: u32 = 1;

/// A hook.
pub struct Hook {
    pub name: &'static str,
    /// The classifier's program.
    pub program: &'static str,
    /// The same with a policy.
    pub trying: &'static str,
    pub empty: &'static str,
    pub counter: &'static str,
    pub replay: &'static str,
    /// Programs that the last one hands packets to.
    pub targets: &'static str,
    pub direction: Direction,
    /// Whether single kinds of packets have goals there.
    pub kinds_have_goals: bool,
    /// Nanoseconds above the empty program that the mix may cost.
    pub goal_of_mix: f64,
    /// What its programs end with.
    pub verdict: u32,
}

pub const XDP: Hook = Hook {
    name: "XDP",
    program: PROGRAM_XDP,
    trying: PROGRAM_POLICY_XDP,
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
    trying: PROGRAM_POLICY_INGRESS,
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
    trying: PROGRAM_POLICY_EGRESS,
    direction: Direction::Egress,
    ..INGRESS
};

/// Attaches the XDP programs to compare with, each to one of these interfaces. With the classifier's there are four, each
/// of them as deep in the kernel's search for the program (`bpf_dispatcher`) as the others.
pub fn settle(yardsticks: &mut Yardsticks, interfaces: &[End]) -> Result<()> {
    let programs = [XDP.empty, XDP.counter, XDP.replay].into_iter().zip(interfaces);
    programs.into_iter().try_for_each(|(program, interface)| yardsticks.attach(program, interface))
}
