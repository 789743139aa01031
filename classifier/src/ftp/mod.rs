// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent's part of the FTP tracking: it takes over the endpoints that the programs have learned, and
//! reads out-of-order segments.
//!
//! [`Tracker`] is sans-IO: events and the time go in, changes of the endpoint table come out through
//! [`Table`]. [`FtpRuntime`] joins it to the kernel's maps, and `task` alone waits; [`Replay`] joins it to
//! the userspace build of the programs, and [`KernelReplay`] to loaded programs, also for captures.

mod endpoints;
mod event;
mod eviction;
mod kernel_replay;
mod kernel_table;
mod reading;
mod replay;
mod runtime;
mod sessions;
mod spans;
mod table;
mod task;
mod tracker;

pub use self::{
    event::{Event, Jump},
    kernel_replay::KernelReplay,
    replay::Replay,
    runtime::FtpRuntime,
    table::Table,
    task::watch,
    tracker::{Lifetimes, Tracker},
};
