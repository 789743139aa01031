//! What was counted in the last 15 minutes, for those who look at the page.
//!
//! Every ten seconds [`follow`] has the counters read, with less than a scrape takes, and [`History`] keeps what they
//! have grown by: sums over the interfaces by protocol and direction, and for each interface a minute's packets and
//! bytes. So it is as large as the interfaces are many, and not as the time is long: 90 intervals of 2 KiB, and 2.3 KiB
//! an interface.

mod growth;
mod interval;
mod losses;
mod past;
mod readings;
mod task;

pub use self::{
    interval::Interval,
    losses::{LOSSES, Loss, Losses},
    past::{History, InterfaceRate, View},
    readings::{InterfaceReading, Readings, Rows},
    task::follow,
};
