//! Changes in one step for every CPU and the agent. The core library has none for BPF, whose baseline has
//! no compare-and-exchange; the machine has them from v3 on.

use core::arch::asm;

/// Puts `new` where `old` still is; what was there.
///
/// # Safety
///
/// The pointer must be to eight aligned bytes of a map's value.
#[inline(always)]
pub unsafe fn compare_exchange(word: *mut u64, old: u64, new: u64) -> u64 {
    let seen;
    // SAFETY: the caller's promise.
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

/// Adds.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn add(word: *mut u64, number: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        asm!("lock *(u64 *)({word} + 0) += {number}", word = in(reg) word, number = in(reg) number, options(nostack));
    }
}

/// Sets bits; what was there.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn fetch_or(word: *mut u64, bits: u64) -> u64 {
    let mut before = bits;
    // SAFETY: the caller's promise.
    unsafe {
        asm!("{bits} = atomic_fetch_or((u64 *)({word} + 0), {bits})", word = in(reg) word, bits = inout(reg) before, options(nostack));
    }
    before
}

/// Leaves these bits alone set.
///
/// # Safety
///
/// As for [`compare_exchange`].
#[inline(always)]
pub unsafe fn and(word: *mut u64, bits: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        asm!("lock *(u64 *)({word} + 0) &= {bits}", word = in(reg) word, bits = in(reg) bits, options(nostack));
    }
}

/// Adds to four bytes; what was there.
///
/// # Safety
///
/// The pointer must be to four aligned bytes of a map's value.
#[inline(always)]
pub unsafe fn fetch_add32(word: *mut u32, number: u32) -> u32 {
    let mut before = u64::from(number);
    // SAFETY: the caller's promise.
    unsafe {
        asm!("w2 = atomic_fetch_add((u32 *)({word} + 0), w2)", word = in(reg) word, inout("r2") before, options(nostack));
    }
    before as u32
}

/// Sets bits of four bytes.
///
/// # Safety
///
/// As for [`fetch_add32`].
#[inline(always)]
pub unsafe fn or32(word: *mut u32, bits: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        asm!("lock *(u32 *)({word} + 0) |= w2", word = in(reg) word, in("r2") u64::from(bits), options(nostack));
    }
}
