// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pins links and maps in a directory of a bpf filesystem, where they outlive the agent and the next agent
//! takes them over.

mod agent_counters;
pub(super) mod base;
mod bpffs;
mod carry;
mod cells;
mod choice;
mod concordance;
mod detach;
mod entries;
mod folder;
mod generation;
mod interface;
mod layout;
mod lock;
mod namespace;
mod older;
mod opened;
mod owner;
mod renamed;
pub(super) mod rows;
mod seen;
mod since;
mod store;
mod taken;
mod view;

pub use self::{
    agent_counters::{AgentCounters, TIME_BOUNDS, TIMES, TIMES_BY},
    detach::{Detached, detach},
    owner::give_to,
    seen::{PinDirectory, PinnedInterface, look},
    since::pinned_since,
    view::{PinnedState, View, ViewError, view},
};
pub(super) use self::{
    entries::unpin,
    folder::Folder,
    interface::{InterfacePins, LinkPin},
    layout::Layout,
    taken::Pinned,
};
use super::{pin_error::PinError, raw};
