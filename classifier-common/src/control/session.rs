// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! State of a control connection: [`Embryonic`] before it is established, [`Session`] afterwards.

use super::{ControlSide, Pending, Segment, SessionKey, Stream, pending::Asked};
use crate::{
    ftp::{Commands, Replies},
    table::recent::Recent,
    wire::tcp::flag,
};

/// A control connection that is not established yet, described by the side that sent last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Embryonic {
    /// Next sequence number of this side.
    pub next: u32,
    /// Acknowledged number, with which the other side continues.
    pub acknowledged: u32,
    /// Number of this side's [`ControlSide`].
    pub side: u8,
    /// Number of consecutive segments with payload without an answer of the other side.
    pub run: u8,
    /// 1 if the connection began with a handshake, 2 if the handshake carried data.
    pub whole: u8,
    /// 1 if the ports have or had a session.
    pub again: u8,
    /// Reserved; zero.
    pub reserved: u32,
}

/// Entry of the table of candidates: control connections that are not established yet.
pub type Candidate = Recent<SessionKey, Embryonic>;

impl Embryonic {
    /// Returns whether a segment without payload says nothing new: it is the last one again, and there is no session.
    #[inline(always)]
    pub(super) const fn is_repeated_by(&self, segment: &Segment) -> bool {
        let Self { next, acknowledged, side, again, .. } = *self;
        segment.has(flag::ACK)
            && again == 0
            && side == segment.side
            && next == segment.sequence
            && acknowledged == segment.acknowledgment
            && acknowledged != 0
    }
}

/// A property of a session, as an index among the [`Flags`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flag(usize);

/// The client may have asked an unseen question: the server's next announcement counts as its answer.
pub(super) const UNSURE: Flag = Flag(0);
/// The server has yet to send the greeting, which answers no command.
pub(super) const GREETING: Flag = Flag(1);
/// The server has sent a SYN-ACK on the session's ports: another connection may be beginning.
pub(super) const HANDSHAKE: Flag = Flag(2);
/// Both sides have ended the session, or one has reset it.
pub(super) const ENDED: Flag = Flag(3);
/// The session is under TLS, and counted as such.
pub(super) const ACCOUNTED: Flag = Flag(4);
/// The client has sent its FIN. The next flag is for the server.
pub(super) const FINISHED: Flag = Flag(5);
/// The client was seen. The next flag is for the server. Nothing is required of a direction that takes
/// another route.
pub(super) const SEEN: Flag = Flag(7);
/// The client's out-of-order bytes forwarded to the agent end with a line feed. The next flag is for the
/// server.
pub(super) const AHEAD_WHOLE: Flag = Flag(9);
/// The client's current line began in skipped bytes. The next flag is for the server.
pub(super) const CUT: Flag = Flag(11);
/// The client speaks TLS. The next flag is for the server: with CCC (RFC 4217 §12.3) each side leaves TLS at
/// its own time.
pub(super) const ENCRYPTED: Flag = Flag(13);
/// The session is counted for its host pair, in whose table there was room.
pub(super) const PAIRED: Flag = Flag(15);

impl Flag {
    /// Returns the same flag of one side.
    #[inline(always)]
    pub(super) const fn of(self, side: ControlSide) -> Self {
        Self(self.0 + side as usize)
    }

    /// Returns the flag as a bit, for the flags that a session begins with.
    #[inline(always)]
    pub(super) const fn bit(self) -> u32 {
        1 << self.0
    }
}

/// Number of flags, including unused ones.
const FLAGS: usize = 16;

/// Properties of a session, one byte each. Two CPUs may process the two directions at the same time, and
/// setting bits in a shared word would lose updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Flags([u8; FLAGS]);

impl Flags {
    /// Creates flags from a bit mask.
    #[inline(always)]
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        let mut flags = Self::default();
        for (index, flag) in flags.0.iter_mut().enumerate() {
            *flag = u8::from(bits >> index & 1 != 0);
        }
        flags
    }

    /// Returns whether a flag is set.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    pub(super) const fn is(&self, flag: Flag) -> bool {
        self.0[flag.0 % FLAGS] != 0
    }

    /// Sets or clears a flag.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    pub(super) const fn set(&mut self, flag: Flag, holds: bool) {
        self.0[flag.0 % FLAGS] = holds as u8;
    }
}

/// An established control connection: the value of the session map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Session {
    /// Identifier, unique in this run: start time in nanoseconds, and the CPU.
    pub id: u64,
    /// Time at which tracking began, in nanoseconds.
    pub since: u64,
    /// Time of the last segment.
    pub last: u64,
    /// Bit mask of directions that a CPU is processing, by [`ControlSide`], and of claims such as the end.
    pub busy: u64,
    /// Grammar of the client's side.
    pub commands: Commands,
    /// Grammar of the server's side.
    pub replies: Replies,
    /// Commands without a reply.
    pub pending: Pending,
    /// Streams of both directions, by [`ControlSide`].
    pub streams: [Stream; 2],
    /// Properties of the session.
    pub flags: Flags,
    /// Slot of the last announced endpoint, 0 for none; see [`crate::endpoint::slot`].
    pub latest: u32,
    /// Reserved; zero.
    pub reserved: u32,
}

/// Label values of a control connection: clear text, and [encrypted](Session::is_encrypted).
pub const CONTROL: [&str; 2] = ["clear", "encrypted"];

/// Maximum distance of a segment's numbers from its connection's. Both numbers are checked, as in RFC 5961
/// §5: a sender who sees neither needs 2²² attempts.
const NEAR: u32 = 1 << 20;

/// Returns whether two numbers are near each other.
#[inline(always)]
const fn are_near(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).wrapping_add(NEAR) <= 2 * NEAR
}

impl Session {
    /// Returns whether a flag is set.
    #[inline(always)]
    pub(super) const fn is(&self, flag: Flag) -> bool {
        self.flags.is(flag)
    }

    /// Returns whether commands and replies are hidden by TLS (RFC 4217).
    #[inline(always)]
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.is_hidden(ControlSide::Client) && self.is_hidden(ControlSide::Server)
    }

    /// Returns whether one side is hidden by TLS.
    #[inline(always)]
    pub(super) const fn is_hidden(&self, side: ControlSide) -> bool {
        self.is(ENCRYPTED.of(side))
    }

    /// Returns whether the session is counted for its host pair.
    #[inline(always)]
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.is(PAIRED)
    }

    /// Returns the session's label value, one of [`CONTROL`].
    #[must_use]
    pub const fn control(&self) -> &'static str {
        let [clear, encrypted] = CONTROL;
        if self.is_encrypted() { encrypted } else { clear }
    }

    /// Returns whether the session has ended. It is kept for a while, so that only a handshake begins another
    /// session on its ports.
    #[inline(always)]
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.is(ENDED)
    }

    /// Returns whether only one direction is seen.
    #[inline(always)]
    pub(super) const fn is_one_way(&self) -> bool {
        !self.is(SEEN.of(ControlSide::Client)) || !self.is(SEEN.of(ControlSide::Server))
    }

    /// Returns whether the numbers of a segment fit this connection, as far as they are known. A handshake's
    /// never do, because it begins another connection.
    #[inline(always)]
    pub(super) const fn is_near(&self, segment: &Segment) -> bool {
        let [client, server] = &self.streams;
        let (mine, theirs) = match segment.side() {
            ControlSide::Client => (client, server),
            ControlSide::Server => (server, client),
        };
        if segment.has(flag::SYN) || !are_near(segment.sequence, mine.next) {
            return false;
        }
        if segment.has(flag::ACK) {
            are_near(segment.acknowledgment, theirs.acknowledged)
        } else {
            segment.has(flag::RST)
        }
    }

    /// Returns whether a segment is this session's beyond doubt.
    #[inline(always)]
    #[must_use]
    pub const fn has(&self, segment: &Segment) -> bool {
        !self.has_ended() && !self.is(HANDSHAKE) && self.is_near(segment)
    }

    /// Returns whether a SYN-ACK begins another connection, and is not the session's own, again or late.
    #[inline(always)]
    pub(super) const fn is_succeeded_by(&self, segment: &Segment) -> bool {
        let [client, server] = &self.streams;
        let next = segment.end().wrapping_add(1);
        segment.has(flag::SYN | flag::ACK)
            && matches!(segment.side(), ControlSide::Server)
            && !(client.has_passed(segment.acknowledgment) && server.has_passed(next))
    }

    /// Returns the stream of one side.
    #[inline(always)]
    pub(super) const fn stream(&mut self, side: ControlSide) -> &mut Stream {
        let [client, server] = &mut self.streams;
        match side {
            ControlSide::Client => client,
            ControlSide::Server => server,
        }
    }

    /// Handles unread bytes of one side. The grammar restarts, at the next line unless the skipped bytes end
    /// a line (`whole`).
    ///
    /// The client's bytes may contain a question, and the server's bytes answers. The next announcement then
    /// counts as an answer.
    #[inline(always)]
    pub(super) fn lose_line(&mut self, side: ControlSide, whole: bool) {
        match side {
            ControlSide::Client => {
                self.commands = if whole { Commands::new() } else { Commands::mid_line() };
                self.flags.set(UNSURE, true);
            }
            ControlSide::Server => {
                self.replies = if whole { Replies::new() } else { Replies::mid_line() };
                // Nothing tells which commands were answered there.
                if self.pending.has(Asked::Passive) {
                    self.flags.set(UNSURE, true);
                }
                self.pending.clear();
            }
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
