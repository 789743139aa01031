// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The fast path's view of a buffer's linear part, from one of its headers.

use core::hint::assert_unchecked;

use classifier_common::view::{Front, HeaderBytes, View};

use crate::linear::{load, past};

/// The bytes from `from` to `data_end`. The frame starts at `from` or before it.
#[derive(Clone, Copy)]
pub struct LinearView {
    from: usize,
    end: usize,
}

impl LinearView {
    /// Wraps the packet between the two pointers of the context.
    #[inline(always)]
    pub fn new(data: usize, end: usize) -> Self {
        Self { from: data, end }
    }
}

impl View for LinearView {
    type Front<const N: usize> = LinearFront<N>;

    #[inline(always)]
    fn front<const N: usize>(self) -> Option<LinearFront<N>> {
        if past::<N>(self.from) > self.end { None } else { Some(LinearFront(self.from)) }
    }

    #[inline(always)]
    fn past(self, bytes: usize) -> Self {
        Self { from: self.from + bytes, ..self }
    }

    #[inline(always)]
    fn behind(self, start: Self) -> usize {
        self.from - start.from
    }
}

/// Address of `N` bytes that were checked to lie before `data_end`.
#[derive(Clone, Copy)]
pub struct LinearFront<const N: usize>(usize);

impl<const N: usize> Front for LinearFront<N> {
    type Part<const AT: usize, const M: usize> = LinearPart<AT, M>;

    #[inline(always)]
    fn part<const AT: usize, const M: usize>(self) -> LinearPart<AT, M> {
        const { assert!(AT + M <= N) };
        LinearPart(self.0)
    }
}

/// `N` bytes of a front, `FROM` bytes behind its first. The offset is part of each load and costs no
/// instruction.
#[derive(Clone, Copy)]
pub struct LinearPart<const FROM: usize, const N: usize>(usize);

impl<const FROM: usize, const N: usize> LinearPart<FROM, N> {
    #[inline(always)]
    fn load<const AT: usize, const SIZE: usize>(self) -> u64 {
        const { assert!(AT + SIZE <= N) };
        // SAFETY: the bytes lie within the front that was checked, and the verifier proves the same before the
        // program runs.
        unsafe { load::<FROM, AT, SIZE>(self.0) }
    }

    /// Loads fewer than eight bytes, and tells the compiler that the rest of the register is 0.
    #[inline(always)]
    fn below<const AT: usize, const SIZE: usize>(self) -> u64 {
        let value = self.load::<AT, SIZE>();
        // SAFETY: a load of SIZE bytes clears the register's other bits.
        unsafe { assert_unchecked(value >> (8 * SIZE) == 0) };
        value
    }
}

impl<const FROM: usize, const N: usize> HeaderBytes for LinearPart<FROM, N> {
    #[inline(always)]
    fn byte<const AT: usize>(self) -> u8 {
        self.below::<AT, 1>() as u8
    }

    #[inline(always)]
    fn two<const AT: usize>(self) -> u16 {
        self.below::<AT, 2>() as u16
    }

    #[inline(always)]
    fn four<const AT: usize>(self) -> u32 {
        self.below::<AT, 4>() as u32
    }

    #[inline(always)]
    fn eight<const AT: usize>(self) -> u64 {
        self.load::<AT, 8>()
    }
}
