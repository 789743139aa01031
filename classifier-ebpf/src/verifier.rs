// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Helpers for the verifier: barriers that hide values, and loops with few verified turns.

use core::arch::asm;

use classifier_common::packet::HEADERS_MAX;

/// Bound of an offset, as a mask. No offset exceeds it: reads end at `HEADERS_MAX`, and no header advances
/// further than 2,048 bytes from there.
const FARTHEST: usize = 0x7fff;

const _: () = assert!(HEADERS_MAX + 2048 <= FARTHEST);

/// Hides a number from the compiler and returns it unchanged: libbpf's `barrier_var`.
#[inline(always)]
pub fn barrier_var(number: usize) -> usize {
    let hidden;
    // SAFETY: a move between registers. An empty assembler text would not do: it emits no instruction, and
    // the kernel rejects two lines of debug information for one instruction.
    unsafe { asm!("{0} = {1}", out(reg) hidden, in(reg) number, options(pure, nomem, nostack)) };
    hidden
}

/// Widens an offset for the verifier to any number up to [`FARTHEST`], and returns it unchanged; `zero` is 0.
///
/// The verifier compares states by their ranges. Paths that only differ in an offset then become one state.
#[inline(always)]
pub fn widen(offset: usize, zero: usize) -> usize {
    (offset + zero) & FARTHEST
}

/// Returns all ones for a number from 1 to 2³¹, and 0 for 0.
///
/// Written without a branch, because the verifier would follow both of its sides to the end of the program.
#[inline(always)]
pub fn mask(number: usize) -> usize {
    (barrier_var(0usize.wrapping_sub(number)).cast_signed() >> 63).cast_unsigned()
}

/// Resolves the length field `stated` of an IP header: 0 stands for `all`, which is 0 for frames that are not
/// GSO packets.
#[inline(always)]
pub fn ip_length(stated: usize, all: usize) -> usize {
    stated | (all & !mask(stated))
}

/// Bytes of a block. Loops over bytes are nested, because the verifier simulates every turn: 8 + 64 turns
/// instead of 512.
pub const BLOCK: u32 = 64;

/// Calls `step` for the indices from `from`, at most a block, up to `count`, until it returns 0; returns the
/// last result.
#[inline(always)]
pub fn in_block(from: u32, count: u32, step: impl Fn(u32) -> u32) -> u32 {
    let mut result = 0;
    for offset in 0..BLOCK {
        let index = from + offset;
        if index >= count {
            break;
        }
        result = step(index);
        if result == 0 {
            break;
        }
    }
    result
}

/// Returns the context unchanged, and counts as a use of it. LLVM drops an argument that no instruction uses.
#[inline(always)]
#[expect(clippy::pointers_in_nomem_asm_block, reason = "the move reads nothing through the pointer")]
pub fn keep<T>(ctx: *mut T) -> *mut T {
    let kept;
    // SAFETY: a move between registers, as above.
    unsafe { asm!("{0} = {1}", out(reg) kept, in(reg) ctx, options(nomem, nostack, preserves_flags)) };
    kept
}
