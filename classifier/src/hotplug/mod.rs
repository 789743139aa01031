//! Interfaces that come, go and change while the agent runs: which of them are attached follows.
//!
//! [`Roster`] decides, without touching anything; [`Live`] does what it says; [`follow`] alone waits, for what netlink
//! tells and for what is due.

mod live;
mod plan;
mod reload;
mod roster;
mod state;
mod takeover;
mod task;

use std::time::Duration;

pub use self::{live::Live, plan::Plan, roster::Roster, state::How, task::follow};

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// For which the counters of an interface that is gone stay.
    pub keep: Duration,
    /// After which a refused interface is tried again; twice as long each time.
    pub retry: Duration,
    /// The longest that grows to. An interface that was attached for as long counts as one that works.
    pub longest_retry: Duration,
    /// The shortest between two looks, each after a scrape, whether the programs are where they were attached.
    pub look: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            keep: Duration::from_mins(5),
            retry: Duration::from_secs(1),
            longest_retry: Duration::from_mins(1),
            look: Duration::from_secs(5),
        }
    }
}
