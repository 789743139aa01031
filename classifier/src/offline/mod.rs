//! `classifier pcap`: captures judged by the same code, without the kernel or with it.
//!
//! [`Capture`] reads packets, [`Engine`] judges and counts them.

mod capture;
mod clock;
mod command;
mod engine;
mod error;
mod followed;
mod format;
mod input;
mod json;
mod kernel;
mod lines;
mod link_type;
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
