// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP flows in the kernel, for the evidence of other services.

use core::num::NonZeroU16;

use aya_ebpf::{Global, helpers::generated::bpf_ktime_get_coarse_ns};
use classifier_common::{
    abi::Direction, connection::HookPoint, control::Tally, flow::Flow, location::Location,
    table::recent::Remembered, wire::Family,
};

use crate::{
    hook::Hook,
    maps::{self, TALLIES},
    recent::{classifier_keep_flow, classifier_known_flow},
    sources,
};

/// 1 if flows are followed, 0 if not. The agent writes it before it loads the programs: the verifier then drops the
/// branches of the other setting.
///
/// Its first value is that of no other constant. LLVM gives equal constants one place: with 0 it was the place of the
/// port table's key, and the agent changed both.
#[unsafe(no_mangle)]
static FOLLOWS_FLOWS: Global<u32> = Global::new(u32::from_be_bytes(*b"flow"));

/// Returns whether flows are followed.
#[inline(always)]
pub fn are_followed() -> bool {
    FOLLOWS_FLOWS.load() == 1
}

/// Follows the flow of a UDP packet; returns 0: its flow is none of the connections.
#[inline(always)]
pub fn datagram<H: Hook>(ctx: H, tracked: u32, headers: u32, direction: u32) -> u32 {
    let Some(tracked) = NonZeroU16::new(tracked as u16).map(Location::from_number) else { return 0 };
    let Some(place) = tracked.as_quoted(headers) else { return 0 };
    if ctx.quoted_ends(place.number(), (tracked.family() == Family::V6).into()) != 0 {
        classifier_flow(direction);
    }
    0
}

/// Follows the flow between the ends in this CPU's work. A global function, because it is the same for every hook.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_flow(direction: u32) -> u32 {
    let Some(work) = maps::work() else { return 0 };
    let hook = HookPoint::hook(0, Direction::from_raw(direction));
    // SAFETY: this CPU's value of the map, and nobody else's; a clock reading has no requirements.
    let (ends, key, now) = unsafe { (&(*work).ends, &mut (*work).flow, bpf_ktime_get_coarse_ns()) };
    let sender = key.store(ends);
    let known = Flow::from_number(classifier_known_flow());
    let (flow, told) = Flow::after(known, ends, sender, &hook, now);
    if known == Some(flow) {
        return 0;
    }
    let remembered = classifier_keep_flow(flow.into());
    // Not noted while another CPU changes the entry: then the next datagram tells the same.
    if remembered != Remembered::Refused as u32
        && let Some(outcome) = told
    {
        sources::note(&flow.finding(key, outcome, now));
    }
    if remembered == Remembered::Evicted as u32
        && let Some(tallies) = TALLIES.get_ptr_mut(0)
    {
        // SAFETY: this CPU's value; a tally is a number below its length.
        unsafe { (*tallies)[Tally::FlowsEvicted as usize] += 1 };
    }
    0
}
