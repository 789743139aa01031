// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Environment of the tracking: its tables and settings, and its events for the agent.

use super::{ControlSide, Embryonic, Segment, Session, SessionKey, Tally};
use crate::address::Address;
use crate::endpoint::{Admitted, EndpointBucket, Hit, Query};

/// Settings of the tracking, and the host's number of encrypted sessions: the value of the policy map. The
/// agent writes the settings before the programs run; the programs write the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct TrackingConfig {
    /// 1 if PORT and EPRT may name another address than the client's (FXP), else 0.
    pub allow_foreign_address: u32,
    /// 1 if data connections of encrypted sessions are inferred, else 0.
    pub infer_encrypted: u32,
    /// Maximum number of control segments of one source that are forwarded to the agent per second.
    pub control_rate: u64,
    /// Number of live encrypted sessions. Without any, no data connection is inferred.
    pub encrypted: u64,
}

impl TrackingConfig {
    /// Returns whether data connections are inferred: enabled, and there are encrypted sessions.
    #[inline(always)]
    #[must_use]
    pub const fn infers(&self) -> bool {
        self.infer_encrypted != 0 && self.encrypted != 0
    }
}

impl Default for TrackingConfig {
    fn default() -> Self {
        Self { allow_foreign_address: 0, infer_encrypted: 1, control_rate: 2000, encrypted: 0 }
    }
}

/// An endpoint that was added to the table.
#[derive(Clone, Copy, Debug)]
pub struct Learned {
    /// Slot of the endpoint; see [`crate::endpoint::slot`].
    pub slot: u32,
    /// Result of the insertion, with the evicted entry.
    pub admitted: Admitted,
    /// True if the server has yet to confirm the endpoint.
    pub proposed: bool,
}

/// Environment of a line: the part of [`SegmentEnv`] that the agent has too, when it completes out-of-order
/// bytes.
pub trait LineEnv {
    /// Buckets of the endpoint table.
    type Bucket: EndpointBucket;

    /// Returns the settings.
    fn config(&self) -> TrackingConfig;

    /// Returns whether a TCP port belongs to a protocol of the port table.
    fn is_known_port(&self, port: u16) -> bool;

    /// Returns a bucket of the endpoint table.
    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket>;

    /// Returns the number of a bucket in a smaller table, so that an entry has one slot.
    #[inline(always)]
    fn bucket_number(&self, bucket: usize) -> usize {
        bucket
    }

    /// Adds to a counter.
    fn tally(&self, tally: Tally, number: u64);

    /// Reports an endpoint that was added to the table.
    fn learned(&self, session: u64, learned: &Learned);
}

/// Environment of a segment: the kernel's maps and ring buffer, or memory of the process.
pub trait SegmentEnv: LineEnv {
    /// Sets the segment's time of arrival, unless it was set with its other fields.
    #[inline(always)]
    fn stamp(&self, _segment: &mut Segment) {}

    /// Finds the endpoint of a packet, and advances its state, as [`look`](super::look) does. A method, so that the
    /// verifier checks it once.
    fn look(&self, query: &Query) -> Option<Hit>;

    /// Returns the state of a connection that is not established yet.
    fn embryonic(&self, key: &SessionKey) -> Option<Embryonic>;

    /// Stores the state of a connection that is not established yet.
    fn keep_embryonic(&self, key: &SessionKey, embryonic: &Embryonic);

    /// Removes the state of a connection that became a session, or ended.
    fn drop_embryonic(&self, key: &SessionKey);

    /// Begins a session whose sides continue with these numbers, and replaces the previous session of its
    /// ports; `false` if the table is full.
    fn begin(&self, segment: &Segment, next: [u32; 2], flags: u32) -> bool;

    /// Claims one direction of a session for this CPU; `false` if another CPU has it.
    fn claim(&self, session: &mut Session, side: ControlSide) -> bool;

    /// Releases a direction.
    fn release(&self, session: &mut Session, side: ControlSide);

    /// Claims the end of a session permanently; `false` if it is already claimed.
    fn claim_end(&self, session: &mut Session) -> bool;

    /// Returns four bytes of the payload from its byte `from`; zeros if there are fewer.
    fn beginning(&self, segment: &Segment, from: u32) -> [u8; 4];

    /// Returns whether the last byte of the payload is a line feed.
    fn ends_line(&self, segment: &Segment) -> bool;

    /// Returns whether the payload from its byte `from`, at most [`PARSE_MAX`](super::PARSE_MAX) bytes, is
    /// text and ends with a line feed.
    fn is_text(&self, segment: &Segment, from: u32) -> bool;

    /// Forwards the segment to the agent, which completes out-of-order bytes; `false` if it was lost.
    fn forward(&self, segment: &Segment, session: &Session) -> bool;

    /// Tells the agent that it alone reads the bytes from `from` to `to`.
    fn jump(&self, segment: &Segment, session: &Session, from: u32, to: u32);

    /// Reports a full session table.
    fn full(&self, segment: &Segment);

    /// Reports the end of a session.
    fn ended(&self, segment: &Segment, session: &Session);

    /// Claims counting an encrypted session for its host pair; `false` if it is already claimed.
    fn claim_account(&self, session: &mut Session) -> bool;

    /// Releases that claim; `false` if there was none.
    fn release_account(&self, session: &mut Session) -> bool;

    /// Counts one more encrypted session for the host pair of the key; `false` if the table is full.
    fn join_pair(&self, key: &SessionKey) -> bool;

    /// Counts one encrypted session less for a host pair that counted it.
    fn leave_pair(&self, key: &SessionKey);

    /// Returns whether two hosts have an encrypted session.
    fn has_encrypted(&self, client: Address, server: Address) -> bool;
}

/// An event that the kernel programs send to the agent through the ring buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum EventKind {
    /// An endpoint was added to the table: `slot`, and `nanoseconds` since the packet arrived.
    Learned = 1,
    /// A session has ended.
    Ended = 2,
    /// A segment that the program could not read in order; the payload follows.
    Segment = 3,
    /// The program skips the bytes from `from` to `to`, which were forwarded to the agent. The session's
    /// state before them follows.
    Jump = 4,
    /// The table of sessions is full.
    Full = 5,
}

/// Header of every event.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct EventHeader {
    /// Number of the event's [`EventKind`].
    pub kind: u32,
    /// Number of bytes behind the header.
    pub length: u32,
    /// Identifier of the session: [`Session::id`].
    pub session: u64,
    /// Segment that caused the event.
    pub segment: Segment,
    /// Number of the first skipped byte, for [`EventKind::Jump`].
    pub from: u32,
    /// Number of the byte behind the last skipped one, for [`EventKind::Jump`].
    pub to: u32,
    /// Slot of the endpoint, for [`EventKind::Learned`].
    pub slot: u32,
    /// 1 if the server has yet to confirm the endpoint, for [`EventKind::Learned`].
    pub proposed: u32,
    /// Nanoseconds from the packet's arrival to the entry in the map, for [`EventKind::Learned`].
    pub nanoseconds: u64,
}

/// Maximum number of payload bytes in an event: more than a full Ethernet frame's.
pub const SEGMENT_MAX: usize = 2048;

/// Number of bytes behind the header of a jump.
pub const JUMP_BYTES: usize = size_of::<Session>();
