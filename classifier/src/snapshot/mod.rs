// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The data of one scrape: what the kernel has counted and what the agent knows, read at one moment.
//!
//! `datapath` and `ftp` fill it in; `metrics`, `status`, the page, `top`, `report` and the history read it. This module
//! knows neither side.

mod age;
mod ftp;
mod losses;
mod readings;
mod source;

use std::collections::BTreeMap;

use classifier_common::{
    abi::Direction,
    counter::Counters,
    evidence::{HostSources, SeenTable, Summary},
};

pub use self::{
    age::Age,
    ftp::{EndpointReport, FtpNow, FtpSnapshot, HostPort, Initiator, SessionReport},
    losses::{LOSSES, Loss, Losses},
    readings::{InterfaceReading, Readings, Rows},
    source::{InterfaceState, ReadError, Readiness, SnapshotSource},
};

/// Everything that one scrape reads.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The interfaces that are or were attached.
    pub interfaces: Vec<InterfaceSnapshot>,
    /// The loaded programs.
    pub programs: Vec<ProgramSnapshot>,
    /// Entries and capacity of the maps.
    pub maps: Vec<MapFill>,
    /// Packets that crossed a hook on an interface without counters.
    pub unattributed: u64,
    /// Numbers of the FTP tracking.
    pub ftp: FtpSnapshot,
    /// Counts of interface-following.
    pub hotplug: Hotplug,
    /// Peers of connections, where they are exported.
    pub top_sources: Option<TopSources>,
    /// Ports of other services, where they are exported.
    pub top_ports: Option<TopPorts>,
    /// Reason why requested peers or ports could not be read.
    pub unread_sources: Option<String>,
}

/// Peers of connections, and how many of them to export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopSources {
    /// All peers.
    pub sums: SourceSums,
    /// Hosts, and networks, to export of each direction, protocol and outcome.
    pub most: usize,
}

/// Connections to other services, and how many of their ports to export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopPorts {
    /// Connections by port.
    pub services: Summary,
    /// Ports to export of each direction and outcome.
    pub most: usize,
}

/// Observations of peers, summed over the CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSums {
    /// Observations by peer.
    pub summary: Summary,
    /// Number and times of observations, by [`Observation`](classifier_common::evidence::Observation).
    pub seen: Vec<SeenTable>,
    /// Connections to other services, by port.
    pub services: Summary,
}

impl From<&HostSources> for SourceSums {
    fn from(sources: &HostSources) -> Self {
        Self { summary: sources.summary(), seen: sources.seen().to_vec(), services: sources.services() }
    }
}

/// Counts of interface-following.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hotplug {
    /// Interfaces that are wanted now, missing ones too, by name; whether each is attached.
    pub wanted: BTreeMap<String, bool>,
    /// Attempts to attach an interface that failed, by name; 0 for every other.
    pub failures: BTreeMap<String, u64>,
    /// Overruns of the netlink socket.
    pub overruns: u64,
}

/// One interface: its hooks, and its counters summed over the CPUs.
#[derive(Clone, Debug)]
pub struct InterfaceSnapshot {
    /// Name of the interface.
    pub name: String,
    /// `xdp_native`, `xdp_generic`, `tcx`, `tc` or `none`.
    pub ingress: &'static str,
    /// `tcx`, `tc` or `none`.
    pub egress: &'static str,
    /// Counters by [`Direction`]; `None` where the direction is not counted.
    pub counters: [Option<Box<Counters>>; Direction::ALL.len()],
}

impl InterfaceSnapshot {
    /// Returns the counters of a direction; `None` if it is not counted.
    #[must_use]
    pub fn side(&self, direction: Direction) -> Option<&Counters> {
        self.counters[direction as usize].as_deref()
    }

    /// Iterates over the counters of each counted direction.
    pub fn sides(&self) -> impl Iterator<Item = (Direction, &Counters)> {
        Direction::ALL.into_iter().filter_map(|direction| Some((direction, self.side(direction)?)))
    }
}

/// A loaded program, as the kernel describes it.
#[derive(Clone, Debug)]
pub struct ProgramSnapshot {
    /// Name of the program in the object.
    pub program: &'static str,
    /// Kernel number of the program.
    pub id: u32,
    /// Hash of the program's instructions, in hexadecimal.
    pub tag: String,
    /// Hook of the program.
    pub hook: &'static str,
    /// Run time of the program, in seconds; `None` while `kernel.bpf_stats_enabled` is off.
    pub run_seconds: Option<f64>,
    /// Number of runs; `None` while `kernel.bpf_stats_enabled` is off.
    pub runs: Option<u64>,
}

/// Entries and capacity of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MapFill {
    /// Name of the map.
    pub map: &'static str,
    /// Number of entries.
    pub entries: u64,
    /// Capacity of the map.
    pub capacity: u64,
}

macro_rules! fills {
    ($($map:ident: $what:literal;)*) => {
        impl MapFill {
            $(
                #[doc = $what]
                #[must_use]
                pub const fn $map(entries: u64, capacity: u64) -> Self {
                    Self { map: stringify!($map), entries, capacity }
                }
            )*
        }
    };
}

fills! {
    counters: "Of interfaces that have counters.";
    fragments: "Of first fragments that are remembered.";
    endpoints: "Of announced FTP data ports.";
    sessions: "Of FTP control connections.";
    ports: "Of ports that belong to a protocol.";
    prefixes: "Of source prefixes of the dry-run policy.";
}
