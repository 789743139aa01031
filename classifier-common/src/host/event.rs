//! What the kernel programs would put into the ring buffer.

use crate::control::{Learned, Segment, Session, SessionKey};

/// See [`EventKind`](crate::control::EventKind).
#[derive(Clone, Debug)]
pub enum Event {
    /// An endpoint has its place.
    Learned {
        /// The session that announced it; 0 for one that is inferred.
        session: u64,
        /// The place.
        learned: Learned,
    },
    /// A session has ended.
    Ended {
        /// Its connection.
        key: SessionKey,
        /// As it was then.
        session: Session,
    },
    /// A segment that could not be taken in order.
    Segment {
        /// Its session's [`Session::id`].
        session: u64,
        /// Its numbers.
        segment: Segment,
        /// Its payload, as far as it is handed over.
        bytes: Vec<u8>,
    },
    /// Bytes that were handed over are passed over.
    Jump {
        /// Whose they are.
        segment: Segment,
        /// The session as it stands before them.
        session: Session,
        /// Number of the first.
        from: u32,
        /// Number of the one behind the last.
        to: u32,
    },
    /// There is no room for this session.
    Full(SessionKey),
}
