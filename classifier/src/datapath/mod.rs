// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel side of the agent: no other module uses aya's programs, maps and links.

mod attach;
mod attach_filter;
mod attached_filter;
mod attached_program;
mod batch;
mod blocks;
mod clsact;
mod counts;
mod encrypted;
mod endpoints;
mod error;
mod features;
mod filter;
mod found;
mod hook_programs;
mod hook_state;
mod inner_maps;
mod lifecycle;
mod link;
mod link_info;
pub mod messages;
mod netlink;
mod object;
mod os_error;
mod pin_error;
mod pins;
mod policy;
mod port_table;
mod preflight;
mod programs;
mod quiesce;
mod raw;
mod reader;
mod settings;
mod snapshot;
mod sources;
mod syscall;
mod takeover;
mod test_run;
mod tracking;
mod windows;

pub use self::{
    attach::Hooks,
    endpoints::{SharedBucket, SharedEndpoints},
    error::DatapathError,
    features::{Feature, Presence, has_tcx, release},
    found::{FindError, Found, KnownPort, find, tcx_in},
    hook_state::{HookState, HookVisibility},
    lifecycle::{Attached, CountersOf, Refused, Rename, Retained},
    object::{Datapath, OBJECT},
    pin_error::PinError,
    pins::{
        AgentCounters, Detached, PinDirectory, PinnedInterface, PinnedState, TIME_BOUNDS, TIMES, TIMES_BY,
        View, ViewError, detach, give_to, look as look_at_pins, pinned_since, view,
    },
    preflight::{preflight, privileges},
    reader::Sums,
    sources::SourceMaps,
    test_run::TestCounters,
    tracking::Tracking,
};
