//! What the kernel programs tell the agent through the ring buffer.

use super::{Segment, Session};

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum EventKind {
    /// An endpoint has its place: `slot`, `nanoseconds` since the packet came.
    Learned = 1,
    /// A session has ended.
    Ended = 2,
    /// A segment that the program could not take in order; its payload follows.
    Segment = 3,
    /// The program passes over the bytes from `from` to `to`, which the agent has been handed: the session
    /// as it stands before them follows.
    Jump = 4,
    /// There is no room for another session.
    Full = 5,
}

/// The start of every event.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Header {
    /// Number of its [`EventKind`].
    pub kind: u32,
    /// Bytes behind the header.
    pub length: u32,
    /// The session's [`Session::id`].
    pub session: u64,
    /// The segment that caused it.
    pub segment: Segment,
    /// Of [`EventKind::Jump`]: number of the first byte passed over.
    pub from: u32,
    /// Of [`EventKind::Jump`]: number of the byte behind the last.
    pub to: u32,
    /// Of [`EventKind::Learned`]: the endpoint's slot.
    pub slot: u32,
    /// Of [`EventKind::Learned`]: 1 if it stands until the server confirms it.
    pub proposed: u32,
    /// Of [`EventKind::Learned`]: nanoseconds from the packet's coming to the entry in the map.
    pub nanoseconds: u64,
}

/// Bytes of a segment's payload that are handed over at most: a full Ethernet frame's, and some.
pub const SEGMENT_MAX: usize = 2048;

/// Bytes behind the header of a jump.
pub const JUMP_BYTES: usize = size_of::<Session>();
