//! What the tracking asks of its surroundings.

use super::{Candidate, Policy, Segment, Session, SessionKey, Side, Tally};
use crate::endpoint::{Address, Place, Set};

/// An endpoint that has got its place.
#[derive(Clone, Copy, Debug)]
pub struct Learned {
    /// See [`crate::endpoint::slot`].
    pub slot: u32,
    /// What became of it, and of what stood there before.
    pub place: Place,
    /// The server has still to confirm it.
    pub proposed: bool,
}

/// What hearing commands and replies asks for: the part of a [`World`] that the agent has too, when it
/// completes what did not come in order.
pub trait Hearing {
    /// Sets of the endpoint table.
    type Set: Set;

    /// What the configuration says.
    fn policy(&self) -> Policy;

    /// Whether a TCP port belongs to a protocol of the port table.
    fn is_known_port(&self, port: u16) -> bool;

    /// A set of the endpoint table.
    fn endpoints(&self, set: usize) -> Option<Self::Set>;

    /// The number of the set that this one is in a table that has fewer: a place has one slot.
    #[inline(always)]
    fn set_number(&self, set: usize) -> usize {
        set
    }

    /// Counts.
    fn tally(&self, tally: Tally, number: u64);

    /// An endpoint has its place.
    fn learned(&self, session: u64, learned: &Learned);
}

/// The kernel's maps and its ring buffer, or memory of one's own.
pub trait World: Hearing {
    /// What was seen of a connection that is not known yet.
    fn candidate(&self, key: &SessionKey) -> Option<Candidate>;

    /// Keeps it.
    fn keep_candidate(&self, key: &SessionKey, candidate: &Candidate);

    /// It has become a session, or ended.
    fn drop_candidate(&self, key: &SessionKey);

    /// Begins a session whose sides go on with these numbers, in place of one that its ports had; `false` if
    /// there is no room.
    fn begin(&self, segment: &Segment, next: [u32; 2], flags: u32) -> bool;

    /// Claims one direction of a session for this CPU; `false` if another CPU has it.
    fn claim(&self, session: &mut Session, side: Side) -> bool;

    /// Lets it go.
    fn release(&self, session: &mut Session, side: Side);

    /// Claims the end of a session, for good; `false` if it is claimed already.
    fn claim_end(&self, session: &mut Session) -> bool;

    /// The first four bytes of the payload; zeros where there are fewer.
    fn beginning(&self, segment: &Segment) -> [u8; 4];

    /// Whether the last byte of the payload is a line feed.
    fn ends_line(&self, segment: &Segment) -> bool;

    /// Whether the whole payload, of at most [`PARSE_MAX`](super::PARSE_MAX) bytes, is text and ends with a
    /// line feed.
    fn is_text(&self, segment: &Segment) -> bool;

    /// Hands the segment to whoever completes what did not come in order; `false` if it was lost.
    fn hand_over(&self, segment: &Segment, session: &Session) -> bool;

    /// Tells them that the bytes from `from` to `to` are theirs alone.
    fn jump(&self, segment: &Segment, session: &Session, from: u32, to: u32);

    /// There was no room for a session.
    fn full(&self, segment: &Segment);

    /// A session has ended.
    fn ended(&self, segment: &Segment, session: &Session);

    /// An encrypted session between two hosts has begun (+1) or ended (-1).
    fn encrypted(&self, key: &SessionKey, change: i64);

    /// Whether two hosts have an encrypted session.
    fn has_encrypted(&self, client: Address, server: Address) -> bool;
}
