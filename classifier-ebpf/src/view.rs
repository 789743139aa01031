//! The linear part of a buffer, seen from one of its headers on.

use core::hint::assert_unchecked;

use classifier_common::view::{Header, View};

use crate::linear::{load, past};

/// The bytes from `from` to `data_end`, of a frame that starts before or there.
#[derive(Clone, Copy)]
pub struct LinearView {
    from: usize,
    end: usize,
}

impl LinearView {
    /// The packet between the two pointers of the context.
    #[inline(always)]
    pub fn new(data: usize, end: usize) -> Self {
        Self { from: data, end }
    }
}

impl View for LinearView {
    type Header<const N: usize> = LinearHeader<N>;

    #[inline(always)]
    fn header<const N: usize>(self) -> Option<LinearHeader<N>> {
        if past::<N>(self.from) > self.end { None } else { Some(LinearHeader(self.from)) }
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

/// Where `N` bytes are that were found to lie before `data_end`.
#[derive(Clone, Copy)]
pub struct LinearHeader<const N: usize>(usize);

impl<const N: usize> LinearHeader<N> {
    #[inline(always)]
    fn load<const AT: usize, const SIZE: usize>(self) -> u64 {
        const { assert!(AT + SIZE <= N) };
        // SAFETY: the bytes lie within the N that were checked, and the verifier proves the same before the
        // program runs.
        unsafe { load::<AT, SIZE>(self.0) }
    }
}

impl<const N: usize> LinearHeader<N> {
    /// A load of fewer than eight bytes, of which the compiler is told that the rest of the register is 0.
    #[inline(always)]
    fn below<const AT: usize, const SIZE: usize>(self) -> u64 {
        let value = self.load::<AT, SIZE>();
        // SAFETY: a load of SIZE bytes clears the register's other bits.
        unsafe { assert_unchecked(value >> (8 * SIZE) == 0) };
        value
    }
}

impl<const N: usize> Header for LinearHeader<N> {
    type Part<const M: usize> = LinearHeader<M>;

    #[inline(always)]
    fn part<const AT: usize, const M: usize>(self) -> LinearHeader<M> {
        const { assert!(AT + M <= N) };
        LinearHeader(self.0 + AT)
    }

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
