// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Events that the kernel programs would put into the ring buffer.

use crate::control::{Learned, Segment, Session, SessionKey};

/// An event for the agent; see [`EventKind`](crate::control::EventKind).
#[derive(Clone, Debug)]
pub enum Event {
    /// An endpoint was added to the table.
    Learned {
        /// Identifier of the announcing session; 0 for an inferred endpoint.
        session: u64,
        /// The endpoint.
        learned: Learned,
    },
    /// A session has ended.
    Ended {
        /// Key of the session.
        key: SessionKey,
        /// State of the session at its end.
        session: Session,
    },
    /// A segment that could not be read in order.
    Segment {
        /// Identifier of the session: [`Session::id`].
        session: u64,
        /// Fields of the segment.
        segment: Segment,
        /// Forwarded part of the payload.
        bytes: Vec<u8>,
    },
    /// Forwarded bytes were skipped.
    Jump {
        /// Segment that caused the jump.
        segment: Segment,
        /// State of the session before the skipped bytes.
        session: Session,
        /// Number of the first skipped byte.
        from: u32,
        /// Number behind the last skipped byte.
        to: u32,
    },
    /// The session table is full.
    Full(SessionKey),
}
