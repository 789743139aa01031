// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP control connections, followed packet by packet: requests for a data port, announcements, and their
//! acceptance.
//!
//! One implementation serves the kernel programs, captures, and the agent, which completes out-of-order bytes.
//! It is sans-IO. Its environment consists of [`SegmentEnv`], [`LineEnv`] and the endpoint table's
//! [`EndpointBucket`](crate::endpoint::EndpointBucket).
//!
//! Stages of a segment, one per file:
//!
//! | stage | task |
//! | --- | --- |
//! | `admit`: [`find_or_begin`] | finds the segment's [`Session`], or begins one once an [`Embryonic`] is answered |
//! | `accept`: [`accept_segment`] | finds the new bytes of the payload, by the [`Stream`] of their direction |
//! | `lines`: [`push_byte`] | passes each new byte to the grammar, and applies the line that it completes |
//! | `learn` | adds an announced port to the endpoint table, confirms it, or withdraws it |
//! | `tls` | detects the beginning and the end of TLS |
//! | `accept`: [`finish_segment`] | advances the stream, ends the session |
//!
//! The state is in `segment`, `session`, `stream` and `pending`. `env` has the environment and the agent's
//! events, `redact` keeps secrets out of these events, and `tally` has the counters.

mod accept;
mod admit;
mod env;
mod learn;
mod lines;
mod pending;
mod redact;
mod segment;
mod session;
mod stream;
mod tally;
mod tls;

pub use self::{
    accept::{Span, accept_segment, acknowledge, finish_segment},
    admit::{SessionAdmission, find_or_begin},
    env::{EventHeader, EventKind, JUMP_BYTES, Learned, LineEnv, SEGMENT_MAX, SegmentEnv, TrackingConfig},
    learn::{infer, look},
    lines::push_byte,
    pending::Pending,
    redact::Redactor,
    segment::{ControlSide, Segment, SessionKey},
    session::{CONTROL, Candidate, Embryonic, Flags, Session},
    stream::{PARSE_MAX, READ_MAX, Stream},
    tally::{TALLIES, Tallies, Tally},
};
