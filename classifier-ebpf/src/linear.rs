// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Direct packet access: the linear part of a buffer, which nearly always holds all headers.

use core::arch::asm;

use classifier_common::packet::{HEADERS_MAX, Packet};

use crate::{
    ports::Ports,
    verifier::{ip_length, mask, widen},
};

/// The bytes between `data` and `data_end` of a program's context.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    data: usize,
    end: usize,
    ports: &'a Ports,
    /// Number of bytes that an IP length of 0 stands for.
    all: usize,
}

impl<'a> Linear<'a> {
    /// Wraps the packet between the two pointers of the context. `ports` provides the 0 that widens offsets.
    #[inline(always)]
    pub fn new(data: usize, end: usize, ports: &'a Ports) -> Self {
        Self { data, end, ports, all: 0 }
    }

    /// Marks the packet as a GSO packet if it has a segment size: an IP length of 0 then means `length`.
    #[inline(always)]
    pub fn gso_packet(self, length: u32, segment_size: u32) -> Self {
        Self { all: length as usize & mask(segment_size as usize), ..self }
    }
}

impl Packet for Linear<'_> {
    #[inline(always)]
    fn ip_length(&self, stated: usize) -> usize {
        ip_length(stated, self.all)
    }

    #[inline(always)]
    fn barrier_end(&self, end: usize) -> usize {
        self.barrier(end.min(HEADERS_MAX))
    }

    #[inline(always)]
    fn barrier(&self, offset: usize) -> usize {
        widen(offset, self.ports.zero())
    }

    #[inline(always)]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        read(self.data, self.end, offset)
    }
}

/// Reads `N` bytes at an offset from `data`; `None` unless all of them lie before `end`.
#[inline(always)]
pub fn read<const N: usize>(data: usize, end: usize, offset: usize) -> Option<[u8; N]> {
    if offset > HEADERS_MAX - N {
        return None;
    }
    let start = data + offset;
    if past::<N>(start) > end {
        return None;
    }
    // SAFETY: the N bytes from `start` lie between `data` and `data_end`, by the check above, and the verifier
    // proves the same before the program runs.
    Some(unsafe { load_array(start) })
}

/// Loads N bytes, at most 40, in as few instructions as possible.
///
/// Written without a loop, because LLVM unrolls loops only after the array has its place on the stack.
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
            to.add(four).cast::<u32>().write_unaligned(load::<0, 0, 4>(start + four) as u32);
        }
        let two = N & !3;
        if N & 2 != 0 {
            to.add(two).cast::<u16>().write_unaligned(load::<0, 0, 2>(start + two) as u16);
        }
        if N & 1 != 0 {
            to.add(N - 1).write(load::<0, 0, 1>(start + N - 1) as u8);
        }
    }
    bytes
}

/// Copies eight of the N bytes, if there are so many.
///
/// # Safety
///
/// There must be N bytes at `start` and at `to`.
#[inline(always)]
unsafe fn word<const N: usize, const AT: usize>(start: usize, to: *mut u8) {
    if AT + 8 <= N {
        // SAFETY: guaranteed by the caller, and the check above.
        unsafe { to.add(AT).cast::<u64>().write_unaligned(load::<0, AT, 8>(start)) };
    }
}

/// Returns the address `N` bytes past `start`, in a form that the compiler cannot fold into the comparison:
/// the verifier accepts `data + 1 > end` as a check, and `data >= end` not.
#[inline(always)]
pub fn past<const N: usize>(start: usize) -> usize {
    let mut past = start;
    // SAFETY: an addition to a register.
    unsafe {
        asm!("{past} += {size}", past = inout(reg) past, size = const N, options(pure, nomem, nostack));
    }
    past
}

/// Loads 1, 2, 4 or 8 bytes, `AT` bytes from an offset, in one instruction.
///
/// The compiler knows no alignment of packet data and composes a plain read from single bytes, which costs as
/// much as the whole classification.
///
/// # Safety
///
/// The bytes at `address + FROM + AT` must be there: packet data or a map's value, in range by a check.
#[inline(always)]
pub unsafe fn load<const FROM: usize, const AT: usize, const SIZE: usize>(address: usize) -> u64 {
    let value: u64;
    macro_rules! load {
        ($instruction:literal) => {
            asm!(
                $instruction, v = out(reg) value, p = in(reg) address, at = const FROM + AT, options(pure, readonly, nostack)
            )
        };
    }
    // SAFETY: guaranteed by the caller; the machine loads unaligned, as the verifier allows where it does.
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
