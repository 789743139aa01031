//! What the programs tell, read from the ring buffer.

use classifier_common::{
    control::{EventKind, Header, Session, SessionKey, Side},
    host,
};

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An endpoint has its place.
    Learned {
        /// The session that announced it, 0 for one that is inferred.
        session: u64,
        /// Its slot: see [`classifier_common::endpoint::slot`].
        slot: u32,
        /// From the packet's coming to the entry in the map.
        nanoseconds: u64,
    },
    /// A session has ended.
    Ended {
        /// Its connection.
        key: SessionKey,
        /// Its [`Session::id`].
        session: u64,
    },
    /// A segment that the program could not take in order.
    Segment {
        /// Its session's [`Session::id`].
        session: u64,
        /// When it came, in nanoseconds.
        came: u64,
        /// Who sent it.
        side: Side,
        /// Number of its first byte.
        sequence: u32,
        /// Its payload, or the first part of a very long one.
        payload: Vec<u8>,
        /// Bytes of payload that were too many to be handed over.
        cut: u32,
    },
    /// The program passes over bytes that were handed over.
    Jump(Box<Jump>),
    /// There was no room for a session.
    Full {
        /// When its segment came, in nanoseconds.
        came: u64,
    },
}

/// Bytes that the program passed over, and that only the agent can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The session as it stood before them.
    pub session: Session,
    /// Its connection.
    pub key: SessionKey,
    /// Whose bytes.
    pub side: Side,
    /// Number of the first.
    pub from: u32,
    /// Number of the one behind the last; where they end within a line, the line goes on behind them.
    pub to: u32,
    /// When the segment came that made it certain, in nanoseconds.
    pub came: u64,
}

impl Event {
    /// When the segment came that makes the agent read on, if it does.
    pub(super) fn came(&self) -> Option<u64> {
        match self {
            Self::Segment { came, .. } => Some(*came),
            Self::Jump(jump) => Some(jump.came),
            Self::Learned { .. } | Self::Ended { .. } | Self::Full { .. } => None,
        }
    }

    /// What the host's build of the programs tells at `now`, as they would through the ring buffer.
    #[must_use]
    pub fn of_host(event: host::Event, now: u64) -> Self {
        match event {
            host::Event::Learned { session, learned } => {
                Self::Learned { session, slot: learned.slot, nanoseconds: 0 }
            }
            host::Event::Ended { key, session } => Self::Ended { key, session: session.id },
            host::Event::Segment { session, segment, bytes } => Self::Segment {
                session,
                came: segment.now,
                side: segment.side(),
                sequence: segment.sequence,
                cut: segment.length.saturating_sub(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
                payload: bytes,
            },
            host::Event::Jump { segment, session, from, to } => Self::Jump(Box::new(Jump {
                session,
                key: segment.key,
                side: segment.side(),
                from,
                to,
                came: segment.now,
            })),
            host::Event::Full(_) => Self::Full { came: now },
        }
    }

    /// The same event by another clock.
    pub(super) fn at(mut self, now: u64) -> Self {
        match &mut self {
            Self::Segment { came, .. } | Self::Full { came } => *came = now,
            Self::Jump(jump) => jump.came = now,
            Self::Learned { .. } | Self::Ended { .. } => {}
        }
        self
    }

    /// Reads one; `None` if it is none, or cut.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (header, body) = Header::split(bytes)?;
        let Header { segment, session, .. } = header;
        let is = |kind: EventKind| header.kind == kind as u32;
        if is(EventKind::Learned) {
            Some(Self::Learned { session, slot: header.slot, nanoseconds: header.nanoseconds })
        } else if is(EventKind::Ended) {
            Some(Self::Ended { key: segment.key, session })
        } else if is(EventKind::Segment) {
            let cut = segment.length.saturating_sub(header.length);
            let (came, side, sequence) = (segment.now, segment.side(), segment.sequence);
            Some(Self::Segment { session, came, side, sequence, payload: body.to_vec(), cut })
        } else if is(EventKind::Jump) {
            Some(Self::Jump(Box::new(Jump {
                session: Session::behind(body)?,
                key: segment.key,
                side: segment.side(),
                from: header.from,
                to: header.to,
                came: segment.now,
            })))
        } else {
            is(EventKind::Full).then_some(Self::Full { came: segment.now })
        }
    }
}
