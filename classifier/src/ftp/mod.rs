//! The agent's part of the FTP tracking: it owns what the programs have learned from the next moment on, and
//! completes what did not come in order.
//!
//! [`Tracker`] is sans-IO: events and the time go in, changes of the endpoint table come out through
//! [`Table`]. [`Room`] joins it to the kernel's maps, and `task` alone waits; [`Replay`] joins it to the host's build of
//! the programs, and [`Rehearsal`] to programs that are run by hand, for captures.

mod crowd;
mod endpoints;
mod event;
mod reading;
mod rehearsal;
mod replay;
mod room;
mod sessions;
mod spans;
mod task;
mod tracker;

pub use self::{
    event::{Event, Jump},
    rehearsal::Rehearsal,
    replay::Replay,
    room::{Room, Snapshot},
    task::watch,
    tracker::{Lifetimes, Table, Tracker},
};
