// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Dry run of a policy, after a packet is counted. Separate programs run it: the others do not know policies.

mod decide;

use core::ptr::from_mut;

use classifier_common::{abi::Direction, counter::Counters, dry_run::Facts, outcome::Outcome};

pub use self::decide::decide;
use crate::hook::Hook;

/// Mode of a program: with or without evaluation of the policy.
pub trait DryRun {
    /// True if the policy is evaluated.
    const IS_ON: bool;

    /// Counts a packet on the slow path and returns its packed outcome.
    fn other<H: Hook>(ctx: H, direction: u32) -> u64;

    /// Evaluates the policy on packets that were counted; `direction` is the number of a [`Direction`].
    fn decide<H: Hook>(ctx: H, direction: u32, outcome: &Outcome, packets: u64, counters: &mut Counters);
}

/// Mode without a policy.
pub struct Off;

impl DryRun for Off {
    const IS_ON: bool = false;

    #[inline(always)]
    fn other<H: Hook>(ctx: H, direction: u32) -> u64 {
        ctx.other(direction)
    }

    #[inline(always)]
    fn decide<H: Hook>(_ctx: H, _direction: u32, _: &Outcome, _packets: u64, _: &mut Counters) {}
}

/// Mode with a policy: packets are counted under the rules that decide about them.
pub struct On;

impl DryRun for On {
    const IS_ON: bool = true;

    #[inline(always)]
    fn other<H: Hook>(ctx: H, direction: u32) -> u64 {
        ctx.dry_run(direction)
    }

    #[inline(always)]
    fn decide<H: Hook>(ctx: H, direction: u32, outcome: &Outcome, packets: u64, counters: &mut Counters) {
        let facts = Facts::new(outcome, Direction::from_raw(direction)).number();
        ctx.policy(facts, packets as u32, from_mut(counters));
    }
}
