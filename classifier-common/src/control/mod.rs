//! FTP control connections, followed packet by packet: who asked for what, what was announced, and which of
//! it is believed.
//!
//! One implementation for the kernel programs, for the agent, which completes what did not come in order,
//! and for captures. It is sans-IO: what it needs of its surroundings stands in [`World`], [`Parse`] and the
//! endpoint table's [`Set`](crate::endpoint::Set).
//!
//! The way of a segment: [`meet`] says whether its session is one, or learns from [`Candidate`]s that there
//! is one; [`receive`] takes it; `stream` says which of its bytes are new; each of these goes through [`hear`], where the grammar turns
//! bytes into commands and replies, `commands` and `replies` turn those into announcements, and `learn`
//! gives these their place. [`settle`] ends it.

mod candidate;
mod commands;
mod event;
mod flags;
mod follow;
mod hear;
mod learn;
mod pending;
mod policy;
mod receive;
mod replies;
mod secure;
mod segment;
mod session;
mod stream;
mod tally;
mod world;

pub use self::{
    candidate::Candidate,
    event::{EventKind, Header, JUMP_BYTES, SEGMENT_MAX},
    flags::Flags,
    follow::{Met, meet},
    hear::hear,
    learn::infer,
    pending::Pending,
    policy::Policy,
    receive::{Span, receive, settle},
    segment::{Segment, SessionKey, Side},
    session::{CONTROL, Session},
    stream::{PARSE_MAX, Stream},
    tally::{TALLIES, Tallies, Tally},
    world::{Hearing, Learned, World},
};
