// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Follows interfaces that come, go and change while the agent runs.
//!
//! [`DesiredState`] decides, without IO; [`Live`] executes; [`follow`] alone waits, for netlink and for
//! deadlines.

mod actions;
mod desired_state;
mod live;
mod reload;
mod state;
mod takeover;
mod task;

use std::time::Duration;

pub use self::{
    actions::{Actions, Renamed},
    desired_state::DesiredState,
    live::Live,
    state::AttachOptions,
    task::follow,
};

/// Durations of reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Lifetime of the counters of an interface that has gone.
    pub keep: Duration,
    /// Time before a refused interface is tried again, doubled with each attempt.
    pub retry: Duration,
    /// Longest such time. An interface that was attached for as long counts as working.
    pub longest_retry: Duration,
    /// Shortest time between two checks of the attached programs, each after a scrape.
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
