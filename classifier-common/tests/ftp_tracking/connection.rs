//! The two ends of a control connection, and where each of them is.

use crate::{network::End, statement::Said};

/// A control connection.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// Client and server.
    pub ends: [End; 2],
    /// Sequence number that each goes on with.
    pub next: [u32; 2],
}

/// A segment's numbers and bytes.
#[derive(Clone, Debug)]
pub struct Segment {
    /// From and to.
    pub ends: [End; 2],
    /// Flags byte.
    pub flags: u8,
    /// Sequence and acknowledgment.
    pub numbers: (u32, u32),
    /// The payload.
    pub bytes: Vec<u8>,
}

impl Connection {
    /// Between two ends, each with its first number.
    pub fn new(ends: [End; 2], first: [u32; 2]) -> Self {
        Self { ends, next: first }
    }

    /// The segment that is said, with these flags; the sender goes on, unless it is out of place.
    pub fn segment(&mut self, said: &Said, flags: u8, bytes: &[u8]) -> Segment {
        let (side, other) = (said.side, 1 - said.side);
        let syn = u32::from(flags & 2 != 0);
        let at = self.next[side].wrapping_add(moved(said.offset.unwrap_or(0))).wrapping_sub(syn);
        let acknowledges = self.next[other].wrapping_add(moved(said.acknowledges));
        if said.offset.is_none() {
            let length = u32::try_from(bytes.len()).expect("a small segment");
            self.next[side] = self.next[side].wrapping_add(length + u32::from(flags & 1));
        }
        let acknowledges = if flags & 16 == 0 { 0 } else { acknowledges };
        Segment {
            ends: [self.ends[side], self.ends[other]],
            flags,
            numbers: (at, acknowledges),
            bytes: bytes.to_vec(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sequence numbers wrap")]
fn moved(offset: i64) -> u32 {
    offset as u32
}
