//! What holds of a session.
//!
//! A byte each: a session's directions may be worked at by two CPUs at a time, and what one sets must not undo
//! what the other does, as the bits of one word would.

use super::Side;

/// Something that holds of a session, or not: its place among the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flag(usize);

/// The client has asked for what nobody has seen: what the server announces next is taken for the answer.
pub(super) const UNSURE: Flag = Flag(0);
/// The server has still to greet, which answers no command.
pub(super) const GREETING: Flag = Flag(1);
/// TLS.
pub(super) const ENCRYPTED: Flag = Flag(2);
/// Both sides have ended it, or one has reset it.
pub(super) const ENDED: Flag = Flag(3);
/// TLS, and the two hosts are known for it.
pub(super) const ACCOUNTED: Flag = Flag(4);
/// The client has sent its FIN; the server's is the next.
pub(super) const FINISHED: Flag = Flag(5);
/// The client was heard; the server is the next. Where one takes another way, what cannot be seen is not asked
/// for.
pub(super) const HEARD: Flag = Flag(7);
/// Of what the client said beyond a hole, the last byte ends a line; the server's is the next.
pub(super) const BEYOND_WHOLE: Flag = Flag(9);
/// The client's line under way began in bytes that were passed over; the server's is the next.
pub(super) const CUT: Flag = Flag(11);

impl Flag {
    /// The same of one side.
    #[inline(always)]
    pub(super) const fn of(self, side: Side) -> Self {
        Self(self.0 + side as usize)
    }

    /// As one bit of those that a session begins with.
    #[inline(always)]
    pub(super) const fn bit(self) -> u32 {
        1 << self.0
    }
}

/// Room for the flags.
const ROOM: usize = 16;

/// All of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Flags([u8; ROOM]);

impl Flags {
    /// Those whose bits are set.
    #[inline(always)]
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        let mut flags = Self::default();
        for (place, flag) in flags.0.iter_mut().enumerate() {
            *flag = u8::from(bits >> place & 1 != 0);
        }
        flags
    }

    /// Whether a flag holds.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    pub(super) const fn is(&self, flag: Flag) -> bool {
        self.0[flag.0 % ROOM] != 0
    }

    /// Says whether it holds.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    pub(super) const fn set(&mut self, flag: Flag, holds: bool) {
        self.0[flag.0 % ROOM] = holds as u8;
    }
}
