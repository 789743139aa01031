//! All that is known of a control connection.

use super::{
    Flags, Pending, Segment, Side, Stream,
    flags::{ENCRYPTED, ENDED, Flag, HEARD, UNSURE},
};
use crate::{
    ftp::{Commands, Replies},
    wire::tcp::flag,
};

/// A control connection: the value of the session map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Session {
    /// Told apart from every other session of this run: nanoseconds of its beginning and its CPU.
    pub id: u64,
    /// When it began to be followed, in nanoseconds.
    pub since: u64,
    /// When its last segment came.
    pub last: u64,
    /// Directions that a CPU is working at: one bit each, by [`Side`]; and one more once it has ended.
    pub busy: u64,
    /// The client's side of the grammar.
    pub commands: Commands,
    /// The server's.
    pub replies: Replies,
    /// What the client waits for.
    pub pending: Pending,
    /// Both directions, by [`Side`].
    pub streams: [Stream; 2],
    /// Which of the flags hold.
    pub flags: Flags,
    /// Slot of the endpoint announced last, 0 for none: see [`crate::endpoint::slot`].
    pub latest: u32,
    /// Zero.
    pub reserved: u32,
}

/// Words for a control connection: in clear text, and [encrypted](Session::is_encrypted).
pub const CONTROL: [&str; 2] = ["clear", "encrypted"];

/// How far from its connection a segment may be and be of it. Both numbers of a segment are asked for, as in
/// RFC 5961 §5: who sees neither has to try 2²² times.
const NEAR: u32 = 1 << 20;

/// Whether two numbers of a connection are near each other.
#[inline(always)]
const fn are_near(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).wrapping_add(NEAR) <= 2 * NEAR
}

impl Session {
    /// Whether a flag holds.
    #[inline(always)]
    pub(super) const fn is(&self, flag: Flag) -> bool {
        self.flags.is(flag)
    }

    /// Whether commands and replies are hidden by TLS (RFC 4217).
    #[inline(always)]
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.is(ENCRYPTED)
    }

    /// Its word of [`CONTROL`].
    #[must_use]
    pub const fn control(&self) -> &'static str {
        let [clear, encrypted] = CONTROL;
        if self.is_encrypted() { encrypted } else { clear }
    }

    /// Whether it has ended; it is kept for a while, so that nothing begins it anew but a handshake.
    #[inline(always)]
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.is(ENDED)
    }

    /// Whether only one direction is seen.
    #[inline(always)]
    pub(super) const fn is_one_way(&self) -> bool {
        !self.is(HEARD.of(Side::Client)) || !self.is(HEARD.of(Side::Server))
    }

    /// Whether the numbers of a segment are those of this connection, as far as they could be known. A
    /// handshake's never are: it begins another one.
    #[inline(always)]
    pub(super) const fn is_near(&self, segment: &Segment) -> bool {
        let [client, server] = &self.streams;
        let (mine, theirs) = match segment.side() {
            Side::Client => (client, server),
            Side::Server => (server, client),
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

    /// The bytes of one side.
    #[inline(always)]
    pub(super) const fn stream(&mut self, side: Side) -> &mut Stream {
        let [client, server] = &mut self.streams;
        match side {
            Side::Client => client,
            Side::Server => server,
        }
    }

    /// Bytes of one side are not read: its grammar begins anew, with the next line if the one that they end in
    /// is not `whole`. Among the client's may have been a question.
    #[inline(always)]
    pub(super) fn lose_line(&mut self, side: Side, whole: bool) {
        match side {
            Side::Client => {
                self.commands = if whole { Commands::new() } else { Commands::mid_line() };
                self.flags.set(UNSURE, true);
            }
            Side::Server => self.replies = if whole { Replies::new() } else { Replies::mid_line() },
        }
    }
}
