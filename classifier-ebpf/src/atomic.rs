// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Atomic operations on map values. The core library has none for BPF, whose baseline lacks
//! compare-and-exchange; the instruction set has them since v3.

use core::arch::asm;

/// Stores `new` if the word is still `old`; returns the previous word.
///
/// # Safety
///
/// The pointer must be to eight aligned bytes of a map's value.
#[inline(always)]
pub unsafe fn compare_exchange(word: *mut u64, old: u64, new: u64) -> u64 {
    let seen;
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!(
            "r0 = cmpxchg_64({word} + 0, r0, {new})",
            word = in(reg) word,
            new = in(reg) new,
            inout("r0") old => seen,
            options(nostack),
        );
    }
    seen
}

/// Adds to a word.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn add(word: *mut u64, number: u64) {
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("lock *(u64 *)({word} + 0) += {number}", word = in(reg) word, number = in(reg) number, options(nostack));
    }
}

/// Adds to a word; returns the previous word.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn fetch_add(word: *mut u64, number: u64) -> u64 {
    let mut before = number;
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("{number} = atomic_fetch_add((u64 *)({word} + 0), {number})", word = in(reg) word, number = inout(reg) before, options(nostack));
    }
    before
}

/// Sets bits of a word; returns the previous word.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn fetch_or(word: *mut u64, bits: u64) -> u64 {
    let mut before = bits;
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("{bits} = atomic_fetch_or((u64 *)({word} + 0), {bits})", word = in(reg) word, bits = inout(reg) before, options(nostack));
    }
    before
}

/// Clears all other bits of a word.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn and(word: *mut u64, bits: u64) {
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("lock *(u64 *)({word} + 0) &= {bits}", word = in(reg) word, bits = in(reg) bits, options(nostack));
    }
}

/// Clears all other bits of a word; returns the previous word.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn fetch_and(word: *mut u64, bits: u64) -> u64 {
    let mut before = bits;
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("{bits} = atomic_fetch_and((u64 *)({word} + 0), {bits})", word = in(reg) word, bits = inout(reg) before, options(nostack));
    }
    before
}

/// Adds to a 32-bit word; returns the previous word.
///
/// # Safety
///
/// The pointer must be to four aligned bytes of a map's value.
#[inline(always)]
pub unsafe fn fetch_add32(word: *mut u32, number: u32) -> u32 {
    let mut before = u64::from(number);
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("w2 = atomic_fetch_add((u32 *)({word} + 0), w2)", word = in(reg) word, inout("r2") before, options(nostack));
    }
    before as u32
}

/// Sets bits of a 32-bit word.
///
/// # Safety
///
/// As for [`fetch_add32`].
#[inline(always)]
pub unsafe fn or32(word: *mut u32, bits: u32) {
    // SAFETY: guaranteed by the caller.
    unsafe {
        asm!("lock *(u32 *)({word} + 0) |= w2", word = in(reg) word, in("r2") u64::from(bits), options(nostack));
    }
}
