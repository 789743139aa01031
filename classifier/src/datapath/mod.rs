//! The kernel side, from user space: the only place that knows aya's programs, maps and links.

mod attach;
mod blocks;
mod clsact;
mod error;
pub mod messages;
mod object;
mod os_error;
mod port_table;
mod preflight;
mod programs;

pub use self::{
    attach::{Attached, Hooks},
    error::DatapathError,
    object::{Datapath, OBJECT, TestCounters},
    preflight::preflight,
};
