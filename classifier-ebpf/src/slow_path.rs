// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The slow path: walks the headers one by one, tracks the packet and counts it.

use classifier_common::{
    abi::Direction,
    classify::{Fragment, walk_packed as walk_headers},
    dry_run::source,
    outcome::Outcome,
};

use crate::{
    counters,
    dry_run::DryRun,
    hook::Hook,
    recent::{first_fragment, keep_first_fragment},
    sources,
    tables::KernelTables,
    track::track,
    verifier::barrier_var,
};

/// Counts a packet and returns its packed outcome; 0 on an interface without counters.
#[inline(always)]
pub fn count<H: Hook, D: DryRun>(ctx: H, direction: u32) -> u64 {
    let Some(counters) = counters::of(ctx.ifindex(), Direction::from_raw(direction)) else {
        counters::unattributed(ctx.packets());
        return 0;
    };
    let link = ctx.locate(counters.link);
    let (packed, length) = ctx.walk_on(link, ctx.walk(link));
    let mut packed = track(ctx, packed);
    if Fragment::is_one(packed) {
        packed = classifier_fragment(packed);
    }
    if Outcome::unpack(packed).is_redirect() {
        ctx.redirect(link, direction);
    }
    // Unpacked again behind a barrier, so that the outcome does not occupy the stack during the calls above.
    let outcome = Outcome::unpack(barrier_var(packed as usize) as u64);
    let wire = ctx.on_wire(&outcome, length);
    ctx.say(wire, outcome.class.index());
    counters.count(&outcome, wire, barrier_var);
    D::decide(ctx, direction, &outcome, wire.packets, counters);
    packed
}

/// Classifies a packet by its linear part.
#[inline(always)]
pub fn walk<H: Hook>(ctx: H, link: u32) -> u64 {
    let Some(tables) = KernelTables::open() else { return 0 };
    let packet = ctx.linear(&tables.ports);
    walk_headers(&packet, ctx.frame(link), &tables)
}

/// Stores the label of a first fragment, or finds the label of a later one, by the key that the walk has noted; returns the
/// packed outcome. A global function, because it is the same for every hook.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_fragment(packed: u64) -> u64 {
    let mut outcome = Outcome::unpack(packed);
    let Some(fragment) = Fragment::of(&outcome) else { return packed };
    if fragment == Fragment::First {
        outcome.unremembered = !keep_first_fragment(outcome.label());
    } else if let Some(label) = first_fragment() {
        outcome = fragment.labelled(outcome, label);
    }
    outcome.pack()
}

/// Notes the sender of an ICMP redirect.
#[inline(always)]
pub fn redirect<H: Hook>(ctx: H, link: u32, direction: u32) -> u32 {
    if let Some(tables) = KernelTables::open()
        && let Some(packet) = ctx.headers(&tables.ports)
        && let Some(sender) = source(&packet, ctx.frame(link))
    {
        sources::note_redirect(sender.address, Direction::from_raw(direction));
    }
    0
}
