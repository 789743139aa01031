//! A frame seen from one of its headers on, for the parser of the commonest shapes: one check a header, and
//! every byte behind it at an offset that the compiler knows.

/// A frame, seen from some byte on.
pub trait View: Copy {
    /// Its first `N` bytes, known to be there.
    type Header<const N: usize>: Header;

    /// The first `N` bytes; `None` unless all of them are there.
    fn header<const N: usize>(self) -> Option<Self::Header<N>>;

    /// The same frame, seen from `bytes` further on, at most 2,048.
    #[must_use]
    fn past(self, bytes: usize) -> Self;

    /// Bytes from where the frame starts to where this view of it does.
    fn behind(self, start: Self) -> usize;
}

/// The first bytes of a view.
pub trait Header: Copy {
    /// Some of them.
    type Part<const N: usize>: Header;

    /// The `N` bytes at an offset.
    fn part<const AT: usize, const N: usize>(self) -> Self::Part<N>;

    /// The byte at an offset.
    fn byte<const AT: usize>(self) -> u8;

    /// Two bytes as they lie in memory.
    fn two<const AT: usize>(self) -> u16;

    /// Four bytes as they lie in memory.
    fn four<const AT: usize>(self) -> u32;

    /// Eight bytes as they lie in memory.
    fn eight<const AT: usize>(self) -> u64;

    /// Two bytes as a number in network order.
    #[inline(always)]
    fn be16<const AT: usize>(self) -> u16 {
        u16::from_be(self.two::<AT>())
    }
}

impl<'a> View for &'a [u8] {
    type Header<const N: usize> = &'a [u8; N];

    #[inline]
    fn header<const N: usize>(self) -> Option<&'a [u8; N]> {
        self.first_chunk()
    }

    #[inline]
    fn past(self, bytes: usize) -> Self {
        self.get(bytes..).unwrap_or_default()
    }

    #[inline]
    fn behind(self, start: Self) -> usize {
        start.len() - self.len()
    }
}

impl<'a, const N: usize> Header for &'a [u8; N] {
    type Part<const M: usize> = &'a [u8; M];

    #[inline]
    fn part<const AT: usize, const M: usize>(self) -> &'a [u8; M] {
        const { assert!(AT + M <= N) };
        self[AT..].first_chunk().expect("checked when this is compiled")
    }

    #[inline]
    fn byte<const AT: usize>(self) -> u8 {
        let [byte] = bytes::<N, AT, 1>(self);
        byte
    }

    #[inline]
    fn two<const AT: usize>(self) -> u16 {
        u16::from_ne_bytes(bytes::<N, AT, 2>(self))
    }

    #[inline]
    fn four<const AT: usize>(self) -> u32 {
        u32::from_ne_bytes(bytes::<N, AT, 4>(self))
    }

    #[inline]
    fn eight<const AT: usize>(self) -> u64 {
        u64::from_ne_bytes(bytes::<N, AT, 8>(self))
    }
}

/// The `SIZE` bytes at `AT`.
#[expect(clippy::indexing_slicing, reason = "the offsets are constants, and checked when they are compiled")]
fn bytes<const N: usize, const AT: usize, const SIZE: usize>(header: &[u8; N]) -> [u8; SIZE] {
    const { assert!(AT + SIZE <= N) };
    core::array::from_fn(|nth| header[AT + nth])
}
