// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs that the benchmarks compare the classifier with, and programs that feed it packets. Never part of
//! the agent.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]
#![expect(clippy::inline_always, reason = "a call costs as much as the work it does")]
#![expect(clippy::needless_pass_by_value, reason = "the program macros hand the context over by value")]
#![expect(clippy::cast_possible_truncation, reason = "the target is 64-bit, packets are below 64 KiB")]

#[expect(dead_code, reason = "the benchmarks alone look maps up by name")]
mod abi;
mod counter;
mod draw;
mod empty;
mod inject;
mod replay;

#[cfg(not(test))]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// The licence that the kernel checks before it lets a program call GPL-only helpers.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
