//! What time alone ends. The agent has the program run where it reads the counters, so that what is counted is counted
//! here, and nowhere but in the block of its interface; no packet meets it.

use core::ffi::c_void;

use aya_ebpf::{
    bindings::TC_ACT_UNSPEC,
    helpers::{bpf_ktime_get_ns, generated::bpf_loop},
    macros::classifier,
    programs::TcContext,
};
use classifier_common::connection::{PLACES, expire};

use crate::connections::{Connections, waiting};

/// Runs with bottom halves disabled, as packets do (`bpf_test_run`), so that no packet comes between on its CPU.
#[classifier]
fn classifier_sweep(_ctx: TcContext) -> i32 {
    if waiting() != 0 {
        // SAFETY: a clock reading has no requirements; the function is one that takes an index and the context given here,
        // which outlives it.
        unsafe {
            let mut now = bpf_ktime_get_ns();
            bpf_loop(PLACES as u32, sweep_one as *mut c_void, (&raw mut now).cast(), 0)
        };
    }
    TC_ACT_UNSPEC
}

#[inline(never)]
extern "C" fn sweep_one(index: u32, now: *const u64) -> i64 {
    if let Some((set, way)) = Connections.at(index as usize) {
        // SAFETY: the context is the one that `bpf_loop` was given.
        expire(&Connections, &set, way, unsafe { *now });
    }
    0
}
