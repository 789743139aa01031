// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier pcap`: captures classified by the same code as live packets, in userspace or in the kernel.
//!
//! [`Capture`] reads packets, [`Engine`] classifies and counts them.

mod capture;
mod classify;
mod clock;
mod command;
mod engine;
mod error;
mod followed;
mod format;
mod gzip;
mod input;
mod json;
mod kernel;
mod lines;
mod link_type;
#[cfg_attr(not(feature = "top"), path = "no_progress.rs")]
mod progress;
mod rows;
mod strip;
mod sums;
mod table;
mod uncut;
mod zstd;

pub use self::{
    capture::Capture,
    command::{Output, Request, run},
    engine::Engine,
    error::OfflineError,
    format::{Broken, Fault, Packet, Packets},
    link_type::LinkType,
};
