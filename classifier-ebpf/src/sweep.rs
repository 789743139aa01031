// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Expiry of connections.
//!
//! The agent runs this program before it reads the counters, so that timeouts are only applied and counted in
//! the kernel. No packet reaches it.

use aya_ebpf::{bindings::TC_ACT_UNSPEC, helpers::bpf_ktime_get_ns, macros::classifier, programs::TcContext};
use classifier_common::{
    address::Address,
    connection::{ENTRIES, expire},
};

use crate::{
    connections::{Connections, waiting},
    follow::classifier_report,
    maps, pairs,
    verifier::{BLOCK, in_block},
};

/// Length of the Ethernet header before a host pair, in a frame from the agent.
const HEADER: usize = 14;

/// Blocks of entries in the table.
const BLOCKS: u32 = ENTRIES as u32 / BLOCK;

const _: () = assert!((ENTRIES as u32).is_multiple_of(BLOCK * BLOCK));

/// Removes expired connections. `bpf_test_run` disables bottom halves, as for packets, so that no packet of
/// this CPU intervenes.
#[classifier]
fn classifier_sweep(ctx: TcContext) -> i32 {
    if let Ok(pair) = ctx.load(HEADER) {
        leave(pair);
        return TC_ACT_UNSPEC;
    }
    if waiting() != 0 {
        // SAFETY: a clock reading has no requirements.
        let now = unsafe { bpf_ktime_get_ns() };
        for turn in 0..BLOCKS / BLOCK {
            classifier_sweep_blocks(turn * BLOCK, now);
        }
    }
    TC_ACT_UNSPEC
}

/// Ends an encrypted session of a host pair, for a session that the agent has removed. The agent cannot
/// change the map's count atomically.
#[inline(always)]
fn leave([client_high, client_low, server_high, server_low]: [u64; 4]) {
    if let Some(work) = maps::work() {
        // SAFETY: this CPU's value of the map, and nobody else's.
        let key = unsafe { &mut (*work).segment.key };
        key.client = Address::of_words([client_high, client_low]);
        key.server = Address::of_words([server_high, server_low]);
        pairs::leave(work);
    }
}

/// Removes expired connections from up to [`BLOCK`] blocks of entries, from the block `from` on. The loop over the table
/// is nested in global functions, because the verifier follows each turn of a loop.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_sweep_blocks(from: u32, now: u64) -> u32 {
    in_block(from, BLOCKS, |block| classifier_sweep_block(block, now))
}

/// Removes expired connections from a block of entries.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_sweep_block(block: u32, now: u64) -> u32 {
    in_block(block * BLOCK, ENTRIES as u32, |entry| classifier_sweep_entry(entry, now))
}

/// Removes the connection of an entry if it has expired. Returns 1.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_sweep_entry(entry: u32, now: u64) -> u32 {
    if let Some(work) = maps::work()
        && let Some((bucket, way)) = Connections.at(entry as usize)
        // SAFETY: this CPU's value of the map, and nobody else's.
        && unsafe { expire(&Connections, &bucket, way, now, &mut (*work).report) }
    {
        classifier_report();
    }
    1
}
