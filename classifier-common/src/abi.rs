// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The boundary between the kernel object and user space: names, sizes and indices.

pub use crate::packet::Direction;
use crate::{
    address::Address,
    connection,
    control::{Session, SessionKey, Tallies, TrackingConfig},
    counter::Counters,
    dry_run::{DryRunPolicy, PREFIXES, PrefixKey},
    endpoint::{BUCKETS, Endpoint, WAYS},
    evidence::{Observation, SERVICE_BUCKETS, SOURCE_BUCKETS, SeenTable, SourceBucket},
    fragment::FirstFragment,
    ports::PortTable,
    session::Listener,
    table::recent,
};

/// XDP program on ingress.
pub const PROGRAM_XDP: &str = "classifier_xdp";
/// TC program on ingress, for interfaces without XDP.
pub const PROGRAM_INGRESS: &str = "classifier_in";
/// TC program on egress.
pub const PROGRAM_EGRESS: &str = "classifier_out";
/// [`PROGRAM_XDP`] with a dry run.
pub const PROGRAM_POLICY_XDP: &str = "classifier_pxdp";
/// [`PROGRAM_INGRESS`] with a dry run.
pub const PROGRAM_POLICY_INGRESS: &str = "classifier_pin";
/// [`PROGRAM_EGRESS`] with a dry run.
pub const PROGRAM_POLICY_EGRESS: &str = "classifier_pout";

/// TC program without packets: the agent runs it to expire entries of [`MAP_CONNECTIONS`].
pub const PROGRAM_SWEEP: &str = "classifier_sweep";

/// Read-only number of the last bucket of the endpoint table.
pub const GLOBAL_LAST_BUCKET: &str = "LAST_BUCKET";
/// Read-only number of the last bucket of the sources.
pub const GLOBAL_LAST_SOURCE_BUCKET: &str = "LAST_SOURCE_BUCKET";

/// Read-only setting: 1 if UDP flows are followed.
pub const GLOBAL_FOLLOWS_FLOWS: &str = "FOLLOWS_FLOWS";

/// Counter blocks: an array of per-CPU arrays, one inner map per interface.
pub const MAP_COUNTERS: &str = "COUNTERS";
/// Slots in [`MAP_COUNTERS`] of interfaces that do not have their own slot, by index.
pub const MAP_SLOTS: &str = "SLOTS";
/// The port table.
pub const MAP_PORTS: &str = "PORTS";
/// Classes of first fragments.
pub const MAP_FRAGMENTS: &str = "FRAGMENTS";
/// Number of entries of [`MAP_FRAGMENTS`] in use: their versions change together.
pub const MAP_REMEMBERED: &str = "REMEMBERED";
/// Announced data ports.
pub const MAP_ENDPOINTS: &str = "ENDPOINTS";
/// Control connections.
pub const MAP_SESSIONS: &str = "SESSIONS";
/// Settings of the FTP tracking.
pub const MAP_POLICY: &str = "POLICY";
/// Host pairs with encrypted sessions.
pub const MAP_ENCRYPTED: &str = "ENCRYPTED";
/// Counters of the FTP tracking.
pub const MAP_TALLIES: &str = "TALLIES";
/// The ring buffer to the agent.
pub const MAP_EVENTS: &str = "EVENTS";
/// Control connections with one side seen.
pub const MAP_CANDIDATES: &str = "CANDIDATES";
/// Forwarding rates by source.
pub const MAP_RATES: &str = "RATES";
/// Heavy hitters among hosts and networks: buckets, each per CPU.
pub const MAP_SOURCES: &str = "SOURCES";
/// Heavy hitters among the ports of other services: buckets, each per CPU.
pub const MAP_SERVICES: &str = "SERVICES";
/// UDP flows, by bucket. User space sets its size.
pub const MAP_FLOWS: &str = "FLOWS";
/// Number and time of each observation: a per-CPU table per observation.
pub const MAP_SEEN: &str = "SEEN";
/// Connections without an outcome, and lingering ones.
pub const MAP_CONNECTIONS: &str = "CONNECTIONS";
/// Tags of the entries of [`MAP_CONNECTIONS`], by bucket: their versions change together.
pub const MAP_TAGS: &str = "TAGS";
/// Number of connections that can expire. It counts entries of [`MAP_CONNECTIONS`]: their versions change
/// together.
pub const MAP_WAITING: &str = "WAITING";
/// Listeners of sessions, by the number of their entry in [`MAP_CONNECTIONS`]. An empty listener starts with
/// the next line.
pub const MAP_LISTENERS: &str = "LISTENERS";
/// Packets on interfaces without counters: one per-CPU number.
pub const MAP_UNATTRIBUTED: &str = "UNATTRIBUTED";
/// Policy of the dry run: its rules.
pub const MAP_DRY_RUN: &str = "DRY_RUN";
/// Policy of the dry run: source prefixes of its rules.
pub const MAP_PREFIXES: &str = "PREFIXES";

/// Maximum number of interfaces with counters.
pub const INTERFACES: usize = 4096;
/// Buckets of first fragments, a power of two.
pub const FRAGMENT_BUCKETS: usize = 2048;
/// Maximum number of remembered first fragments.
pub const FRAGMENTS: usize = FRAGMENT_BUCKETS * recent::WAYS;

/// Buckets of UDP flows, a power of two, if they are followed; else the table has one.
pub const FLOW_BUCKETS: usize = 2048;

/// Maximum number of followed control connections, unless the agent sets another.
pub const SESSIONS: usize = 65_536;
/// Buckets of control connections with one side seen, a power of two.
pub const CANDIDATE_BUCKETS: usize = 2048;
/// Maximum number of sources with a forwarding rate.
pub const RATES: usize = 4096;
/// Size of the ring buffer from the programs to the agent, in bytes.
pub const EVENT_BYTES: usize = 1 << 20;

/// Returns the interface's own slot in [`MAP_COUNTERS`]. If another interface has it, [`MAP_SLOTS`] gives the
/// actual one.
#[inline(always)]
#[must_use]
pub const fn slot(ifindex: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "4096 fits")]
    const MASK: u32 = INTERFACES as u32 - 1;
    ifindex & MASK
}

/// Maps that outlive an agent, each with the version of its layout. A version must be raised when keys or
/// values change their meaning and keep their sizes. The maps of the FTP tracking are adopted together or not
/// at all.
pub const PINNED: [(&str, u32); 21] = [
    (MAP_COUNTERS, 2),
    (MAP_SLOTS, 1),
    (MAP_UNATTRIBUTED, 1),
    (MAP_FRAGMENTS, 3),
    (MAP_REMEMBERED, 3),
    (MAP_PORTS, 1),
    (MAP_ENDPOINTS, 2),
    (MAP_SESSIONS, 2),
    (MAP_POLICY, 1),
    (MAP_ENCRYPTED, 2),
    (MAP_TALLIES, 2),
    (MAP_EVENTS, 1),
    (MAP_CANDIDATES, 3),
    (MAP_RATES, 1),
    (MAP_SOURCES, 1),
    (MAP_SERVICES, 1),
    (MAP_SEEN, 1),
    (MAP_CONNECTIONS, 4),
    (MAP_TAGS, 4),
    (MAP_WAITING, 4),
    (MAP_LISTENERS, 3),
];

/// Shape of a map, checked in the built object by a test without root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapShape {
    /// Name of the map.
    pub name: &'static str,
    /// Size of a key in bytes.
    pub key: usize,
    /// Size of a value in bytes.
    pub value: usize,
    /// Number of entries.
    pub entries: usize,
}

/// All maps that user space opens. The value of [`MAP_COUNTERS`] is a map; its inner maps have two values of
/// the size of [`Counters`].
pub const MAPS: [MapShape; 21] = [
    MapShape { name: MAP_COUNTERS, key: 4, value: 4, entries: INTERFACES },
    MapShape { name: MAP_SLOTS, key: 4, value: 4, entries: INTERFACES },
    MapShape { name: MAP_PORTS, key: 4, value: size_of::<PortTable>(), entries: 1 },
    MapShape {
        name: MAP_FRAGMENTS,
        key: 4,
        value: recent::WAYS * size_of::<FirstFragment>(),
        entries: FRAGMENT_BUCKETS,
    },
    MapShape { name: MAP_REMEMBERED, key: 4, value: 8, entries: 1 },
    MapShape { name: MAP_UNATTRIBUTED, key: 4, value: 8, entries: 1 },
    MapShape { name: MAP_ENDPOINTS, key: 4, value: WAYS * size_of::<Endpoint>(), entries: BUCKETS },
    MapShape {
        name: MAP_SESSIONS,
        key: size_of::<SessionKey>(),
        value: size_of::<Session>(),
        entries: SESSIONS,
    },
    MapShape { name: MAP_POLICY, key: 4, value: size_of::<TrackingConfig>(), entries: 1 },
    MapShape { name: MAP_ENCRYPTED, key: 2 * size_of::<Address>(), value: 8, entries: SESSIONS },
    MapShape { name: MAP_TALLIES, key: 4, value: size_of::<Tallies>(), entries: 1 },
    MapShape {
        name: MAP_CONNECTIONS,
        key: 4,
        value: connection::WAYS * size_of::<connection::Connection>(),
        entries: connection::BUCKETS,
    },
    MapShape { name: MAP_TAGS, key: 4, value: size_of::<connection::Tags>(), entries: connection::BUCKETS },
    MapShape { name: MAP_WAITING, key: 4, value: 8, entries: 1 },
    MapShape { name: MAP_LISTENERS, key: 4, value: size_of::<Listener>(), entries: connection::ENTRIES },
    MapShape { name: MAP_EVENTS, key: 0, value: 0, entries: EVENT_BYTES },
    MapShape { name: MAP_SOURCES, key: 4, value: size_of::<SourceBucket>(), entries: SOURCE_BUCKETS },
    MapShape { name: MAP_SERVICES, key: 4, value: size_of::<SourceBucket>(), entries: SERVICE_BUCKETS },
    MapShape { name: MAP_SEEN, key: 4, value: size_of::<SeenTable>(), entries: Observation::ALL.len() },
    MapShape { name: MAP_DRY_RUN, key: 4, value: size_of::<DryRunPolicy>(), entries: 1 },
    MapShape { name: MAP_PREFIXES, key: size_of::<PrefixKey>(), value: 8, entries: 2 * PREFIXES },
];

/// All programs, each with the section that gives its type.
pub const PROGRAMS: [(&str, &str); 7] = [
    (PROGRAM_XDP, "xdp.frags"),
    (PROGRAM_INGRESS, "classifier"),
    (PROGRAM_EGRESS, "classifier"),
    (PROGRAM_POLICY_XDP, "xdp.frags"),
    (PROGRAM_POLICY_INGRESS, "classifier"),
    (PROGRAM_POLICY_EGRESS, "classifier"),
    (PROGRAM_SWEEP, "classifier"),
];

/// Size of an inner map's value in bytes.
pub const COUNTERS_SIZE: usize = size_of::<Counters>();

/// The kernel refuses per-CPU values above its smallest per-CPU unit (`PCPU_MIN_UNIT_SIZE`).
const _: () = assert!(COUNTERS_SIZE <= 32 * 1024);
