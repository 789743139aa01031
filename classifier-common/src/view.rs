// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Views of headers with offsets known at compile time: one check per header, and none per field.

/// A frame from some byte on. The fast path advances it header by header.
pub trait View: Copy {
    /// Type of the view's first `N` bytes after their check.
    type Front<const N: usize>: Front;

    /// Returns the first `N` bytes; `None` unless all of them are there.
    fn front<const N: usize>(self) -> Option<Self::Front<N>>;

    /// Returns the view advanced by `bytes`, at most 2,048.
    #[must_use]
    fn past(self, bytes: usize) -> Self;

    /// Returns the bytes from the frame's start to this view.
    fn behind(self, start: Self) -> usize;

    /// Returns the first `N` bytes as one header; `None` unless all of them are there.
    #[inline(always)]
    fn header<const N: usize>(self) -> Option<<Self::Front<N> as Front>::Part<0, N>> {
        Some(self.front::<N>()?.part())
    }
}

/// Checked first bytes of a view, which may contain several headers.
pub trait Front: Copy {
    /// Type of `N` bytes, `AT` bytes from the first.
    type Part<const AT: usize, const N: usize>: HeaderBytes;

    /// Returns the `N` bytes at an offset.
    fn part<const AT: usize, const N: usize>(self) -> Self::Part<AT, N>;
}

/// Checked bytes of one header. Offsets count from the header's first byte; an offset outside does not
/// compile.
pub trait HeaderBytes: Copy {
    /// Returns the byte at an offset.
    fn byte<const AT: usize>(self) -> u8;

    /// Returns two bytes in memory order.
    fn two<const AT: usize>(self) -> u16;

    /// Returns four bytes in memory order.
    fn four<const AT: usize>(self) -> u32;

    /// Returns eight bytes in memory order.
    fn eight<const AT: usize>(self) -> u64;

    /// Returns two bytes in network order as a number.
    #[inline(always)]
    fn be16<const AT: usize>(self) -> u16 {
        u16::from_be(self.two::<AT>())
    }

    /// Returns four bytes in network order as a number.
    #[inline(always)]
    fn be32<const AT: usize>(self) -> u32 {
        u32::from_be(self.four::<AT>())
    }
}

impl<'a> View for &'a [u8] {
    type Front<const N: usize> = &'a [u8; N];

    #[inline]
    fn front<const N: usize>(self) -> Option<&'a [u8; N]> {
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

impl<const N: usize> Front for &[u8; N] {
    type Part<const AT: usize, const M: usize> = [u8; M];

    #[inline]
    fn part<const AT: usize, const M: usize>(self) -> [u8; M] {
        bytes::<N, AT, M>(self)
    }
}

/// Result of [`crate::packet::Packet::read`].
impl<const N: usize> HeaderBytes for [u8; N] {
    #[inline(always)]
    fn byte<const AT: usize>(self) -> u8 {
        let [byte] = bytes::<N, AT, 1>(&self);
        byte
    }

    #[inline(always)]
    fn two<const AT: usize>(self) -> u16 {
        u16::from_ne_bytes(bytes::<N, AT, 2>(&self))
    }

    #[inline(always)]
    fn four<const AT: usize>(self) -> u32 {
        u32::from_ne_bytes(bytes::<N, AT, 4>(&self))
    }

    #[inline(always)]
    fn eight<const AT: usize>(self) -> u64 {
        u64::from_ne_bytes(bytes::<N, AT, 8>(&self))
    }
}

/// Returns the `SIZE` bytes at `AT`.
#[inline(always)]
fn bytes<const N: usize, const AT: usize, const SIZE: usize>(header: &[u8; N]) -> [u8; SIZE] {
    const { assert!(AT + SIZE <= N) };
    match header[AT..].first_chunk() {
        Some(bytes) => *bytes,
        None => unreachable!(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 8, 9];

    #[test]
    fn a_view_has_its_first_bytes_if_all_of_them_are_there() {
        assert_eq!(BYTES.front::<4>(), Some(&[1, 2, 3, 4]));
        assert_eq!(BYTES.header::<4>(), Some([1, 2, 3, 4]));
        let rest = BYTES.past(5);
        assert_eq!((rest, rest.behind(BYTES)), (&BYTES[5..], 5));
        assert_eq!(rest.front::<4>(), Some(&[6, 7, 8, 9]));
        assert_eq!((rest.front::<5>(), rest.header::<5>()), (None, None));
        assert_eq!((BYTES.past(9).len(), BYTES.past(10).len()), (0, 0));
    }

    #[test]
    fn fields_are_numbers_in_network_order_or_bytes_in_memory_order() {
        let header = BYTES.header::<9>().expect("nine bytes");
        assert_eq!((&header).part::<2, 3>(), [3, 4, 5]);
        assert_eq!((header.byte::<8>(), header.be16::<1>(), header.be32::<1>()), (9, 0x0203, 0x0203_0405));
        assert_eq!(header.two::<1>().to_ne_bytes(), [2, 3]);
        assert_eq!(header.four::<1>().to_ne_bytes(), [2, 3, 4, 5]);
        assert_eq!(header.eight::<1>().to_ne_bytes(), [2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
