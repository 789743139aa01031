// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Entry of both hooks: the fast path for Ethernet interfaces, then the slow path.

use core::marker::PhantomData;

use classifier_common::{
    abi::Direction,
    counter::Counters,
    fast_path::{self, Rest, Sink},
    outcome::Outcome,
    protocol::Protocol,
    segments::OnWire,
    tables::Tables,
    view::View,
    wire::Family,
};

use crate::{
    counters, dry_run::DryRun, follow::follow, hook::Hook, tables::KernelTables, track::control,
    verifier::barrier_var,
};

/// Counts a packet, tracks its control connection and follows its connection.
///
/// Both are done here and not where the packet is counted: a chain of calls has 512 bytes of stack.
#[inline(always)]
pub fn count<H: Hook, D: DryRun>(ctx: H, direction: Direction) {
    let (packed, is_fast) = match on_fast_path::<H, D>(ctx, direction as u32) {
        Rest::Nothing => return,
        Rest::Tracking(packed) => (packed, true),
        Rest::Everything => (D::other(ctx, direction as u32), false),
    };
    let is_control = Outcome::unpack(packed).class.protocol() == Protocol::FTP_CONTROL;
    if !is_control || control(ctx, packed, is_fast) {
        follow(ctx, direction, packed);
    }
}

#[inline(always)]
fn on_fast_path<H: Hook, D: DryRun>(ctx: H, direction: u32) -> Rest {
    let Some(counters) = counters::of_ethernet(ctx.ifindex(), &direction) else { return Rest::Everything };
    let Some(tables) = KernelTables::open() else { return Rest::Everything };
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

    #[inline(always)]
    fn quoting<V: View, T: Tables>(
        &self,
        family: Family,
        _view: V,
        length: usize,
        offset: usize,
        _tables: &T,
    ) -> u64 {
        self.ctx.quoting(matches!(family, Family::V6).into(), length as u32, offset as u32)
    }
}

/// Farthest header on the fast path, as a mask.
const FARTHEST: u32 = 0xfff;

/// Classifies an ICMP error by its quote; returns the packed outcome, or 0 for a shape of the slow path.
#[inline(always)]
pub fn quoting<H: Hook>(ctx: H, is_v6: u32, length: u32, offset: u32) -> u64 {
    let Some(tables) = KernelTables::open() else { return 0 };
    let family = if is_v6 == 0 { Family::V4 } else { Family::V6 };
    let offset = barrier_var((offset & FARTHEST) as usize);
    fast_path::quoting(family, ctx.view().past(offset), length as usize, offset, &tables)
}
