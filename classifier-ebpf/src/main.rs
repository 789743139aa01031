// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel programs: XDP and TC on ingress, TC on egress.
//!
//! They find the interface's counters, classify the packet and count its outcome. No path drops, delays,
//! redirects or edits.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch, macro_metavar_expr_concat)]
#![expect(clippy::inline_always, reason = "a call costs as much as the work it does")]
#![expect(clippy::needless_pass_by_value, reason = "the program macros hand the context over by value")]
#![expect(
    clippy::needless_borrows_for_generic_args,
    reason = "a key that is handed over by value is copied to the stack, which has 512 bytes"
)]
#![expect(clippy::cast_possible_truncation, reason = "the target is 64-bit, packets are below 64 KiB")]

mod atomic;
mod bucket;
mod connections;
mod copied;
mod counters;
mod counting;
mod dry_run;
mod endpoints;
mod flows;
mod follow;
mod global_fns;
mod hook;
mod linear;
mod listen;
mod maps;
mod pairs;
mod parts;
mod ports;
mod recent;
mod secrets;
mod slow_path;
mod sources;
mod sweep;
mod tables;
mod tap;
mod tc;
mod track;
mod verifier;
mod view;
mod xdp;

#[cfg(not(test))]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Licence of the programs: the kernel requires a GPL-compatible one for GPL-only helpers.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
