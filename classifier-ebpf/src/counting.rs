//! Entry of both hooks: the fast path for Ethernet interfaces, then the slow path.

use core::marker::PhantomData;

use classifier_common::{
    abi::Direction,
    counter::Counters,
    fast_path::{self, Sink},
    outcome::Outcome,
    segments::OnWire,
};

use crate::{
    counters, dry_run::DryRun, follow::follow, hook::Hook, tables::KernelTables, verifier::barrier_var,
};

/// Counts a packet, and follows its connection if the slow path counted it.
#[inline(always)]
pub fn count<H: Hook, D: DryRun>(ctx: H, direction: Direction) {
    if !is_counted::<H, D>(ctx, direction) {
        follow(ctx, direction, D::other(ctx, direction as u32));
    }
}

#[inline(always)]
fn is_counted<H: Hook, D: DryRun>(ctx: H, direction: Direction) -> bool {
    let Some(counters) = counters::of_ethernet(ctx.ifindex(), &(direction as u32)) else { return false };
    let Some(tables) = KernelTables::open() else { return false };
    let direction = direction as u32;
    fast_path::classify(
        ctx.view(),
        &tables,
        Counting::<H, D> { ctx, direction, counters, dry_run: PhantomData },
    )
}

/// Sink of the fast path: the counters of an outcome, and the dry run of a policy.
struct Counting<'a, H, D> {
    ctx: H,
    direction: u32,
    counters: &'a mut Counters,
    dry_run: PhantomData<D>,
}

impl<H: Hook, D: DryRun> Counting<'_, H, D> {
    /// Returns the bytes and packets on the wire. In the dry run the stack has no room for the check of XDP
    /// buffers by their headers.
    #[inline(always)]
    fn on_wire(&self, outcome: &Outcome, headers: u32, payload: impl FnOnce() -> isize) -> OnWire {
        let headers = if D::IS_ON { 0 } else { headers };
        self.ctx.on_wire(outcome, self.ctx.length(headers, payload))
    }
}

impl<H: Hook, D: DryRun> Sink for Counting<'_, H, D> {
    #[inline(always)]
    fn other(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        let wire = self.on_wire(&outcome, headers, payload);
        self.counters.count_other(&outcome, wire, barrier_var);
        D::decide(self.ctx, self.direction, &outcome, wire.packets, self.counters);
    }

    #[inline(always)]
    fn ftp_data(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        let wire = self.on_wire(&outcome, headers, payload);
        self.counters.count(&outcome, wire, barrier_var);
        D::decide(self.ctx, self.direction, &outcome, wire.packets, self.counters);
    }
}
