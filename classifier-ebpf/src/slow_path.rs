//! The slow path: walks the headers one by one, tracks the packet and counts it.

use classifier_common::{
    abi::Direction,
    classify::{relabel as keep, walk_packed as walk_headers},
    dry_run::source,
    label::Label,
    outcome::Outcome,
};

use crate::{
    counters, dry_run::DryRun, hook::Hook, sources, tables::KernelTables, track::track, verifier::barrier_var,
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
    let packed = track(ctx, link, packed);
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

/// Stores another label for the later fragments of a datagram; returns 0 if the map refused it.
#[inline(always)]
pub fn relabel<H: Hook>(ctx: H, link: u32, label: u32) -> u32 {
    let Some(tables) = KernelTables::open() else { return 0 };
    let Some(packet) = ctx.headers(&tables.ports) else { return 0 };
    keep(&packet, ctx.frame(link), &tables, Label::unpack(label)).into()
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
