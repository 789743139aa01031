// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! History of the last 15 minutes, for the page.
//!
//! Every ten seconds [`follow`] reads a part of the counters, and [`History`] keeps their growth: sums over
//! the interfaces by protocol and direction, and for each interface a minute's packets and bytes. Its size
//! depends on the number of interfaces, not on time: 90 intervals of 2 KiB, and 2.3 KiB an interface.

mod growth;
mod interval;
mod past;
mod task;

pub use self::{
    interval::Interval,
    past::{History, InterfaceRate, View},
    task::follow,
};
