//! The kernel side, from user space: the only place that knows aya's programs, maps and links.

mod attach;
mod blocks;
mod clock;
mod clsact;
mod endpoints;
mod error;
pub mod messages;
mod object;
mod os_error;
mod port_table;
mod preflight;
mod programs;
mod tracking;

pub use self::{
    attach::{Attached, Hooks},
    clock::now,
    endpoints::{SharedEndpoints, SharedSet},
    error::DatapathError,
    object::{Datapath, OBJECT, TestCounters},
    preflight::preflight,
    tracking::Tracking,
};
