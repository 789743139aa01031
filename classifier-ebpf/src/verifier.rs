//! What must be hidden from the compiler, so that the verifier finds its proofs where it looks for them.

use core::arch::asm;

use classifier_common::packet::HEADERS_MAX;

/// A bound that the verifier can be told by a mask. No offset gets past it: what is read ends at
/// `HEADERS_MAX`, and no header steps further than 2,048 bytes from there.
const FARTHEST: usize = 0x7fff;

const _: () = assert!(HEADERS_MAX + 2048 <= FARTHEST);

/// The same number, in a form that the compiler knows nothing of.
#[inline(always)]
pub fn opaque(number: usize) -> usize {
    let hidden;
    // SAFETY: a move between registers. An empty text will not do: it takes no room, and the kernel
    // refuses two lines of debug information for one instruction.
    unsafe { asm!("{0} = {1}", out(reg) hidden, in(reg) number, options(pure, nomem, nostack)) };
    hidden
}

/// The same offset, of which the verifier knows no more than that it is not past [`FARTHEST`]; `zero` is 0.
#[inline(always)]
pub fn forget(offset: usize, zero: usize) -> usize {
    (offset + zero) & FARTHEST
}

/// All ones for a number from 1 to 2³¹, 0 for 0, without a branch: the verifier would follow both of its
/// sides to the end of the program.
#[inline(always)]
pub fn mask(number: usize) -> usize {
    (opaque(0usize.wrapping_sub(number)).cast_signed() >> 63).cast_unsigned()
}

/// The IP length that a header means by `stated`, where 0 stands for `all`; `all` is 0 for frames that
/// are what they say.
#[inline(always)]
pub fn ip_length(stated: usize, all: usize) -> usize {
    stated | (all & !mask(stated))
}
