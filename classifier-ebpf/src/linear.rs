//! Direct packet access: the linear part of a buffer, which is nearly always all of the headers.

use core::arch::asm;

use classifier_common::packet::{HEADERS_MAX, Packet};

use crate::{
    tables::Maps,
    verifier::{forget, ip_length, mask},
};

/// The bytes between `data` and `data_end` of a program's context.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    data: usize,
    end: usize,
    tables: &'a Maps,
    /// Bytes that an IP length of 0 stands for.
    all: usize,
}

impl<'a> Linear<'a> {
    /// The packet between the two pointers of the context; a 0 of `tables` serves to forget by.
    #[inline(always)]
    pub fn new(data: usize, end: usize, tables: &'a Maps) -> Self {
        Self { data, end, tables, all: 0 }
    }

    /// The same packet, a super-packet if it has a segment size: an IP length of 0 then means `length`.
    #[inline(always)]
    pub fn super_packet(self, length: u32, segment_size: u32) -> Self {
        Self { all: length as usize & mask(segment_size as usize), ..self }
    }
}

impl Packet for Linear<'_> {
    #[inline(always)]
    fn ip_length(&self, stated: usize) -> usize {
        ip_length(stated, self.all)
    }

    #[inline(always)]
    fn forget(&self, offset: usize) -> usize {
        forget(offset, self.tables.zero())
    }

    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        if offset > HEADERS_MAX - N {
            return None;
        }
        let start = self.data + offset;
        if past::<N>(start) > self.end {
            return None;
        }
        // SAFETY: the N bytes from `start` lie between `data` and `data_end`, by the check above, and the
        // verifier proves the same before the program runs.
        Some(unsafe { load_array(start) })
    }
}

/// Loads N bytes, at most 40, in as few instructions as they need.
///
/// Written without a loop: one would be unrolled only after the array has got its place on the stack.
///
/// # Safety
///
/// The bytes from `start` must be there.
#[inline(always)]
pub unsafe fn load_array<const N: usize>(start: usize) -> [u8; N] {
    const { assert!(N <= 40) };
    let mut bytes = [0; N];
    let to = bytes.as_mut_ptr();
    // SAFETY: each piece lies within the N bytes at `start` and the N bytes of `bytes`.
    unsafe {
        word::<N, 0>(start, to);
        word::<N, 8>(start, to);
        word::<N, 16>(start, to);
        word::<N, 24>(start, to);
        word::<N, 32>(start, to);
        let four = N & !7;
        if N & 4 != 0 {
            to.add(four).cast::<u32>().write_unaligned(load::<0, 4>(start + four) as u32);
        }
        let two = N & !3;
        if N & 2 != 0 {
            to.add(two).cast::<u16>().write_unaligned(load::<0, 2>(start + two) as u16);
        }
        if N & 1 != 0 {
            to.add(N - 1).write(load::<0, 1>(start + N - 1) as u8);
        }
    }
    bytes
}

/// Eight of the N bytes, if there are so many.
///
/// # Safety
///
/// There must be N bytes at `start` and at `to`.
#[inline(always)]
unsafe fn word<const N: usize, const AT: usize>(start: usize, to: *mut u8) {
    if AT + 8 <= N {
        // SAFETY: the caller's promise, and the check above.
        unsafe { to.add(AT).cast::<u64>().write_unaligned(load::<AT, 8>(start)) };
    }
}

/// The address `N` bytes past `start`, in a form that the compiler cannot fold into the comparison: the
/// verifier takes `data + 1 > end` as a check and `data >= end` not.
#[inline(always)]
pub fn past<const N: usize>(start: usize) -> usize {
    let mut past = start;
    // SAFETY: an addition to a register.
    unsafe {
        asm!("{past} += {size}", past = inout(reg) past, size = const N, options(pure, nomem, nostack));
    }
    past
}

/// Loads 1, 2, 4 or 8 bytes at an offset in one instruction. A plain read of packet data, of which the compiler knows
/// no alignment, is put together from single bytes: that costs as much as the whole classification.
///
/// # Safety
///
/// The bytes at `address + AT` must be there: packet data or a map's value, in range by a check.
#[inline(always)]
pub unsafe fn load<const AT: usize, const SIZE: usize>(address: usize) -> u64 {
    let value: u64;
    macro_rules! load {
        ($instruction:literal) => {
            asm!(
                $instruction, v = out(reg) value, p = in(reg) address, at = const AT, options(pure, readonly, nostack)
            )
        };
    }
    // SAFETY: the caller's promise; the machine loads unaligned, as the verifier allows where it does.
    unsafe {
        match SIZE {
            1 => load!("{v} = *(u8 *)({p} + {at})"),
            2 => load!("{v} = *(u16 *)({p} + {at})"),
            4 => load!("{v} = *(u32 *)({p} + {at})"),
            _ => load!("{v} = *(u64 *)({p} + {at})"),
        }
    }
    value
}
