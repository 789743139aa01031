//! What the kernel has counted, as one scrape sees it.

use std::collections::BTreeMap;

use classifier_common::counter::Counters;
use thiserror::Error;

use crate::{
    datapath::SourceSums,
    ftp,
    history::Readings,
    status::{EndpointReport, SessionReport},
};

/// Everything that one scrape reads from the kernel.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The interfaces that are or were attached.
    pub interfaces: Vec<InterfaceSnapshot>,
    /// The loaded programs.
    pub programs: Vec<ProgramSnapshot>,
    /// How full the maps are.
    pub maps: Vec<MapFill>,
    /// Packets that crossed a hook on an interface without counters.
    pub unattributed: u64,
    /// What the FTP tracking says of itself.
    pub ftp: ftp::Snapshot,
    /// How interfaces are kept up with.
    pub hotplug: Hotplug,
    /// Whom connections were with, where that is asked for.
    pub top_sources: Option<TopSources>,
}

/// Whom connections were with, and how much of it is to be served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopSources {
    /// All of it.
    pub sums: SourceSums,
    /// So many hosts, and so many networks, of each direction, protocol and outcome.
    pub most: usize,
}

/// How interfaces are kept up with, as they come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hotplug {
    /// Interfaces that are wanted now, missing ones too.
    pub wanted: u64,
    /// Attempts to attach an interface that failed, by name; 0 for every other.
    pub failures: BTreeMap<String, u64>,
    /// Times that more happened to interfaces than could be heard.
    pub overruns: u64,
}

/// One interface: how it is seen, and its counters summed over the CPUs.
#[derive(Clone, Debug)]
pub struct InterfaceSnapshot {
    /// Name of the interface.
    pub name: String,
    /// `xdp_native`, `xdp_generic`, `tcx`, `tc` or `none`.
    pub ingress: &'static str,
    /// `tcx`, `tc` or `none`.
    pub egress: &'static str,
    /// `None` where the direction is not counted.
    pub ingress_counters: Option<Box<Counters>>,
    /// `None` where the direction is not counted.
    pub egress_counters: Option<Box<Counters>>,
}

/// A loaded program, as the kernel describes it.
#[derive(Clone, Debug)]
pub struct ProgramSnapshot {
    /// Its name in the object.
    pub program: &'static str,
    /// The kernel's number for it.
    pub id: u32,
    /// Hash over its instructions, in hexadecimal.
    pub tag: String,
    /// Where it hangs.
    pub hook: &'static str,
    /// Time spent in it, in seconds; `None` while `kernel.bpf_stats_enabled` is off.
    pub run_seconds: Option<f64>,
    /// Times it ran; `None` while `kernel.bpf_stats_enabled` is off.
    pub runs: Option<u64>,
}

/// How full a map is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MapFill {
    /// Name of the map.
    pub map: &'static str,
    /// Entries in it.
    pub entries: u64,
    /// Entries that it has room for.
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
    prefixes: "Of source prefixes of the policy that is tried.";
}

/// Where scrapes get their numbers from.
pub trait Source: Send + Sync {
    /// Reads all counters.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map or to describe a program.
    fn snapshot(&self) -> Result<Snapshot, ReadError>;

    /// Whether every wanted interface is attached.
    fn readiness(&self) -> Readiness;

    /// Reads what the history keeps of the counters.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map.
    fn readings(&self) -> Result<Readings, ReadError> {
        Ok(Readings::of(&self.snapshot()?))
    }

    /// FTP as it goes on now: so many sessions at most, and so many data ports.
    fn ftp_now(&self, _most: usize) -> FtpNow {
        FtpNow::default()
    }
}

/// FTP as it goes on: some of the sessions and data ports, as many as were asked for.
#[derive(Clone, Debug, Default)]
pub struct FtpNow {
    /// Control connections, the one that was last heard of first.
    pub sessions: Vec<SessionReport>,
    /// Announced data ports, the youngest first.
    pub endpoints: Vec<EndpointReport>,
}

/// Whether every wanted interface is attached.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    /// All of them are.
    pub ready: bool,
    /// The interfaces, attached or not.
    pub interfaces: Vec<InterfaceState>,
    /// What is missing, one sentence each; empty when ready.
    pub reasons: Vec<String>,
}

/// How an interface is attached.
#[derive(Clone, Debug)]
pub struct InterfaceState {
    /// Name of the interface.
    pub name: String,
    /// As [`InterfaceSnapshot::ingress`].
    pub ingress: &'static str,
    /// As [`InterfaceSnapshot::egress`].
    pub egress: &'static str,
    /// Why these hooks were taken.
    pub why: String,
}

/// The kernel would not tell.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A map could not be read.
    #[error("cannot read map {map}: {cause}; it may be gone, restart the agent")]
    Map {
        /// Name of the map.
        map: &'static str,
        /// The kernel's answer.
        #[source]
        cause: aya::maps::MapError,
    },
    /// A program could not be described.
    #[error("cannot read about program {program}: {cause}; it may be gone, restart the agent")]
    Program {
        /// Name of the program.
        program: &'static str,
        /// The kernel's answer.
        #[source]
        cause: aya::programs::ProgramError,
    },
}

impl ReadError {
    /// Turns aya's error about this map into one that names it.
    pub(crate) fn map(map: &'static str) -> impl Fn(aya::maps::MapError) -> Self {
        move |cause| Self::Map { map, cause }
    }
}
