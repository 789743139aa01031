//! The way of a packet, from the hook to the counters: the commonest shapes, on an Ethernet interface, are judged here.

use classifier_common::{
    abi::Direction,
    commonest::{Judged, commonest},
    counter::Counters,
    outcome::Outcome,
};

use crate::{counters, follow::follow, hook::Hook, tables::Maps, trial::Trial, verifier::opaque};

/// Counts a packet.
#[inline(always)]
pub fn count<H: Hook, T: Trial>(ctx: H, direction: Direction, trial: T) {
    if !is_counted(ctx, direction, trial) {
        follow(ctx, direction, T::other(ctx, direction as u32));
    }
}

#[inline(always)]
fn is_counted<H: Hook, T: Trial>(ctx: H, direction: Direction, trial: T) -> bool {
    let Some(counters) = counters::of_ethernet(ctx.ifindex(), &(direction as u32)) else { return false };
    let Some(tables) = Maps::open() else { return false };
    commonest(ctx.view(), &tables, Counting { ctx, counters, trial })
}

/// The counters that a judgement goes to, and what is done then.
struct Counting<'a, H, T> {
    ctx: H,
    counters: &'a mut Counters,
    trial: T,
}

impl<H: Hook, T: Trial> Judged for Counting<'_, H, T> {
    #[inline(always)]
    fn take(self, outcome: Outcome) {
        let wire = self.ctx.on_wire(&outcome, self.ctx.length());
        self.counters.count_other(&outcome, wire, opaque);
        self.trial.decide(self.ctx, &outcome, wire.packets, self.counters);
    }

    #[inline(always)]
    fn take_data(self, outcome: Outcome) {
        let wire = self.ctx.on_wire(&outcome, self.ctx.length());
        self.counters.count(&outcome, wire, opaque);
        self.trial.decide(self.ctx, &outcome, wire.packets, self.counters);
    }
}
