//! What is done about a packet once it is counted. A policy is tried by programs of their own: the others know nothing of
//! policies.

use core::ptr::from_mut;

use classifier_common::{abi::Direction, counter::Counters, outcome::Outcome, shadow::Facts};

use crate::hook::Hook;

pub trait Trial: Copy {
    /// Counts a packet that is of none of the commonest shapes: its outcome, packed.
    fn other<H: Hook>(ctx: H, direction: u32) -> u64;

    fn decide<H: Hook>(self, ctx: H, outcome: &Outcome, packets: u64, counters: &mut Counters);
}

/// Nothing.
#[derive(Clone, Copy)]
pub struct Untried;

impl Trial for Untried {
    #[inline(always)]
    fn other<H: Hook>(ctx: H, direction: u32) -> u64 {
        (H::OTHER)(ctx, direction)
    }

    #[inline(always)]
    fn decide<H: Hook>(self, _ctx: H, _outcome: &Outcome, _packets: u64, _counters: &mut Counters) {}
}

/// The policy counts a packet that goes the way of this number under the rules that decide about it.
#[derive(Clone, Copy)]
pub struct Tried(pub u32);

impl Trial for Tried {
    #[inline(always)]
    fn other<H: Hook>(ctx: H, direction: u32) -> u64 {
        (H::TRIED)(ctx, direction)
    }

    #[inline(always)]
    fn decide<H: Hook>(self, ctx: H, outcome: &Outcome, packets: u64, counters: &mut Counters) {
        let facts = Facts::new(outcome, Direction::from_raw(self.0)).number();
        (H::POLICY)(ctx, facts, packets as u32, from_mut(counters));
    }
}
