//! The way of every other packet: walked header by header, tracked and counted.

use classifier_common::{
    abi::Direction,
    classify::{relabel as keep, walk_packed as walk_headers},
    label::Label,
    outcome::Outcome,
    shadow::source,
};

use crate::{counters, hook::Hook, sources, tables::Maps, track::track, trial::Trial, verifier::opaque};

/// Counts a packet: its outcome, packed; 0 on an interface without counters.
#[inline(always)]
pub fn count<H: Hook, T: Trial>(ctx: H, direction: u32, trial: T) -> u64 {
    let Some(counters) = counters::of(ctx.ifindex(), Direction::from_raw(direction)) else {
        counters::unattributed(ctx.packets());
        return 0;
    };
    let (packed, length) = ctx.walk_on(counters.link, (H::WALK)(ctx, counters.link));
    let packed = track(ctx, counters.link, packed);
    if Outcome::unpack(packed).is_redirect() {
        (H::REDIRECT)(ctx, counters.link, direction);
    }
    // Unpacked anew, in a way that the compiler cannot see through: what is not kept meanwhile takes no stack.
    let outcome = Outcome::unpack(opaque(packed as usize) as u64);
    let wire = ctx.on_wire(&outcome, length);
    ctx.say(wire, outcome.class.index());
    counters.count(&outcome, wire, opaque);
    trial.decide(ctx, &outcome, wire.packets, counters);
    packed
}

/// Judges a packet by its first part.
#[inline(always)]
pub fn walk<H: Hook>(ctx: H, link: u32) -> u64 {
    let Some(tables) = Maps::open() else { return 0 };
    let packet = ctx.linear(&tables);
    walk_headers(&packet, ctx.frame(link), &tables)
}

/// Keeps another label for the later fragments of this one's datagram; 0 if there was no room.
#[inline(always)]
pub fn relabel<H: Hook>(ctx: H, link: u32, label: u32) -> u32 {
    let Some(tables) = Maps::open() else { return 0 };
    keep(&ctx.linear(&tables), ctx.frame(link), &tables, Label::unpack(label)).into()
}

/// Notes who sent an ICMP redirect.
#[inline(always)]
pub fn redirect<H: Hook>(ctx: H, link: u32, direction: u32) -> u32 {
    if let Some(tables) = Maps::open()
        && let Some(sender) = source(&ctx.linear(&tables), ctx.frame(link))
    {
        sources::note_redirect(sender.address, Direction::from_raw(direction));
    }
    0
}
