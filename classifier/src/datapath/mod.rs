//! The kernel side, from user space: the only place that knows aya's programs, maps and links.

mod attach;
mod batch;
mod blocks;
mod clock;
mod clsact;
mod encrypted;
mod endpoints;
mod error;
mod filter;
mod found;
mod held;
mod held_filter;
mod hold;
mod housed;
mod lifecycle;
mod link_info;
pub mod messages;
mod netlink;
mod object;
mod os_error;
mod pins;
mod port_table;
mod preflight;
mod programs;
mod quiesce;
mod reader;
mod settings;
mod shadow;
mod snapshot;
mod sources;
mod syscall;
mod takeover;
mod test_run;
mod tracking;
mod windows;

pub use self::{
    attach::{Hooks, has_tcx},
    clock::now,
    endpoints::{SharedEndpoints, SharedSet},
    error::DatapathError,
    found::{FindError, Found, KnownPort, find, tcx_in},
    lifecycle::{Attached, Refused, Retained},
    object::{Datapath, OBJECT},
    pins::{
        Detached, Look, Own, PinError, SeenInterface, SeenPins, TIMES, View, ViewError, detach, give_to,
        look as look_at_pins, view,
    },
    preflight::preflight,
    reader::Sums,
    sources::{SourceMaps, SourceSums},
    test_run::TestCounters,
    tracking::Tracking,
};
