// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Types that cross the system call as plain bytes.
#![expect(unsafe_code, reason = "the trait's promise can only be given with the word")]

use crate::{
    address::Address,
    control::{EventHeader, JUMP_BYTES, Session, SessionKey, Stream, TrackingConfig},
    counter::Counters,
    endpoint::Endpoint,
    evidence::{SOURCE_WAYS, Seen, Source, SourceBucket},
};

// SAFETY: `repr(C)`, all fields are `u32` and `u64` in descending-free order without padding (the two
// `u32` come first and fill 8 bytes), so every bit pattern is a value and no byte is uninitialised.
unsafe impl aya::Pod for Counters {}

// SAFETY: `repr(C)` over two integers of 8 bytes.
unsafe impl aya::Pod for Address {}

// SAFETY: `repr(C)` over integers of 8 bytes, 64 of them, to which it is aligned.
unsafe impl aya::Pod for Endpoint {}

const _: () = assert!(size_of::<Endpoint>() == 8 * 8);

// SAFETY: `repr(C)` over words of descending size, 40 bytes of them without padding.
unsafe impl aya::Pod for SessionKey {}

const _: () = assert!(size_of::<SessionKey>() == 16 + 16 + 2 + 2 + 4);

// SAFETY: `repr(C)` over integers of 8 bytes, then states whose sizes are checked where they are defined and
// that say of themselves that they have no padding, then integers of 4; all bits are values.
unsafe impl aya::Pod for Session {}

const _: () = assert!(
    size_of::<Session>() == 4 * 8 + 48 + 32 + (2 * 8 + 2 * 64 + 4 * 4) + 2 * size_of::<Stream>() + 16 + 2 * 4
);

// SAFETY: `repr(C)` over two integers of 4 bytes and two of 8.
unsafe impl aya::Pod for TrackingConfig {}

// SAFETY: `repr(C)` over integers of 8 bytes alone, for a source's key is three of them.
unsafe impl aya::Pod for SourceBucket {}

const _: () =
    assert!(size_of::<SourceBucket>() == 8 * (1 + 7 * SOURCE_WAYS + 1) && size_of::<Source>() == 8 * 7);

// SAFETY: `repr(C)` over integers of 8 bytes, then two of 2 and one of 4, without padding.
unsafe impl aya::Pod for Seen {}

const _: () = assert!(size_of::<Seen>() == 3 * 8 + 2 * 2 + 4);

impl EventHeader {
    /// Splits an event into its header and its body; `None` if it is cut.
    #[must_use]
    pub fn split(event: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = event.split_at_checked(size_of::<Self>())?;
        // SAFETY: `repr(C)` over integers alone, of which every bit pattern is a value, and as long as the slice;
        // read without regard to alignment.
        let header = unsafe { header.as_ptr().cast::<Self>().read_unaligned() };
        Some((header, rest.get(..header.length as usize)?))
    }
}

impl Session {
    /// Reads the session behind a jump's header; `None` if it is cut.
    #[must_use]
    pub fn behind(body: &[u8]) -> Option<Self> {
        let body = body.get(..JUMP_BYTES)?;
        // SAFETY: as for the header.
        Some(unsafe { body.as_ptr().cast::<Self>().read_unaligned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the bytes of an event whose body has this length. Their number is not a multiple of the alignment.
    fn event(length: u32) -> Vec<u8> {
        let at = core::mem::offset_of!(EventHeader, length);
        let mut bytes = vec![7; size_of::<EventHeader>() + length as usize + 1];
        bytes[at..at + 4].copy_from_slice(&length.to_ne_bytes());
        bytes
    }

    #[test]
    fn an_event_is_read_wherever_it_begins_and_only_whole() {
        let length = u32::try_from(JUMP_BYTES).expect("a short one");
        let whole = event(length);
        for start in 0..8 {
            let moved = [vec![0; start], whole.clone()].concat();
            let (header, body) = EventHeader::split(&moved[start..]).expect("whole");
            assert_eq!((header.length, body.len()), (length, JUMP_BYTES));
            assert!(Session::behind(body).is_some());
        }
        let least = size_of::<EventHeader>() + JUMP_BYTES;
        assert!((0..least).all(|end| EventHeader::split(&whole[..end]).is_none()));
        assert!((0..JUMP_BYTES).all(|end| Session::behind(&whole[..end]).is_none()));
    }
}
