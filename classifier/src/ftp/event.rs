// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the programs' events from the ring buffer.

use classifier_common::{
    control::{ControlSide, EventHeader, EventKind, Session, SessionKey},
    host,
};

/// An event of the programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An endpoint was added to the table.
    Learned {
        /// Session that announced it, 0 for an inferred one.
        session: u64,
        /// Slot of the endpoint: see [`classifier_common::endpoint::slot`].
        slot: u32,
        /// Time from the packet's arrival to the entry in the map.
        nanoseconds: u64,
    },
    /// A session has ended.
    Ended {
        /// Connection of the session.
        key: SessionKey,
        /// [`Session::id`] of the session.
        session: u64,
    },
    /// A segment that the program could not read in order.
    Segment {
        /// [`Session::id`] of its session.
        session: u64,
        /// Time of its arrival, in nanoseconds.
        came: u64,
        /// Sender.
        side: ControlSide,
        /// Sequence number of its first byte.
        sequence: u32,
        /// Payload, or the first part of a very long one.
        payload: Vec<u8>,
        /// Bytes of payload that were not forwarded.
        cut: u32,
    },
    /// The program skips forwarded bytes.
    Jump(Box<Jump>),
    /// The table of sessions was full.
    Full {
        /// Arrival of its segment, in nanoseconds.
        came: u64,
    },
}

/// Bytes that the program skipped, and that only the agent can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// Session before these bytes.
    pub session: Session,
    /// Connection of the session.
    pub key: SessionKey,
    /// Sender of the bytes.
    pub side: ControlSide,
    /// Sequence number of the first byte.
    pub from: u32,
    /// Sequence number after the last byte. If the bytes end within a line, the line continues after them.
    pub to: u32,
    /// Arrival of the segment that settled the jump, in nanoseconds.
    pub came: u64,
}

impl Event {
    /// Returns the arrival of the segment that makes the agent continue reading, if any.
    pub(super) fn came(&self) -> Option<u64> {
        match self {
            Self::Segment { came, .. } => Some(*came),
            Self::Jump(jump) => Some(jump.came),
            Self::Learned { .. } | Self::Ended { .. } | Self::Full { .. } => None,
        }
    }

    /// Converts an event of the userspace build at `now` to one of the programs.
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

    /// Converts the event to another clock.
    pub(super) fn at(mut self, now: u64) -> Self {
        match &mut self {
            Self::Segment { came, .. } | Self::Full { came } => *came = now,
            Self::Jump(jump) => jump.came = now,
            Self::Learned { .. } | Self::Ended { .. } => {}
        }
        self
    }

    /// Parses an event; `None` if it is unknown or truncated.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (header, body) = EventHeader::split(bytes)?;
        let EventHeader { segment, session, .. } = header;
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
