//! The boundary between the kernel object and user space: every name, size and index, written once.

use crate::{
    connection,
    control::{Policy, Session, SessionKey, Tallies},
    counter::Counters,
    endpoint::{Address, Endpoint, SETS, WAYS},
    evidence::{Observation, SOURCE_SETS, SeenTable, SourceSet},
    fragment::FragmentKey,
    ports::PortTable,
    shadow::{PREFIXES, Shadow, SourceKey},
};

/// XDP program on ingress.
pub const PROGRAM_XDP: &str = "classifier_xdp";
/// TC program on ingress, where XDP is not taken.
pub const PROGRAM_INGRESS: &str = "classifier_in";
/// TC program on egress.
pub const PROGRAM_EGRESS: &str = "classifier_out";
/// What [`PROGRAM_XDP`] does, and a policy tried.
pub const PROGRAM_POLICY_XDP: &str = "classifier_pxdp";
/// What [`PROGRAM_INGRESS`] does, and a policy tried.
pub const PROGRAM_POLICY_INGRESS: &str = "classifier_pin";
/// What [`PROGRAM_EGRESS`] does, and a policy tried.
pub const PROGRAM_POLICY_EGRESS: &str = "classifier_pout";

/// TC program that no packet meets: the agent runs it to end what time alone ends in [`MAP_CONNECTIONS`].
pub const PROGRAM_SWEEP: &str = "classifier_sweep";

/// Read-only number of the last set of the endpoint table.
pub const GLOBAL_LAST_SET: &str = "LAST_SET";
/// Read-only number of the last set of sources.
pub const GLOBAL_LAST_SOURCE_SET: &str = "LAST_SOURCE_SET";

/// Counter blocks: an array of per-CPU arrays, one inner map an interface.
pub const MAP_COUNTERS: &str = "COUNTERS";
/// The port table.
pub const MAP_PORTS: &str = "PORTS";
/// Classes of first fragments.
pub const MAP_FRAGMENTS: &str = "FRAGMENTS";
/// Announced data ports.
pub const MAP_ENDPOINTS: &str = "ENDPOINTS";
/// Control connections.
pub const MAP_SESSIONS: &str = "SESSIONS";
/// What the configuration says of the tracking.
pub const MAP_POLICY: &str = "POLICY";
/// Hosts that have encrypted sessions with each other.
pub const MAP_ENCRYPTED: &str = "ENCRYPTED";
/// What the tracking counts about itself.
pub const MAP_TALLIES: &str = "TALLIES";
/// The ring buffer to the agent.
pub const MAP_EVENTS: &str = "EVENTS";
/// Control connections of which one side was heard.
pub const MAP_CANDIDATES: &str = "CANDIDATES";
/// Sources whose handed-over segments are counted.
pub const MAP_RATES: &str = "RATES";
/// Hosts and networks that most was observed of: sets, each per CPU.
pub const MAP_SOURCES: &str = "SOURCES";
/// How often each thing was observed, and when: a per-CPU table an observation.
pub const MAP_SEEN: &str = "SEEN";
/// Connections that nothing is known of yet, and what lingers of others.
pub const MAP_CONNECTIONS: &str = "CONNECTIONS";
/// How many of them time alone can end. It counts what is in [`MAP_CONNECTIONS`]: their versions change together.
pub const MAP_WAITING: &str = "WAITING";
/// Packets on interfaces that have no counters: one per-CPU number.
pub const MAP_UNATTRIBUTED: &str = "UNATTRIBUTED";
/// The policy that is tried: its rules.
pub const MAP_SHADOW: &str = "SHADOW";
/// Source prefixes of its rules.
pub const MAP_PREFIXES: &str = "PREFIXES";

/// Interfaces that can have counters at the same time.
pub const INTERFACES: usize = 4096;
/// Places, from an interface's own on, in which its counters may stand.
pub const PROBES: u32 = 8;
/// First fragments that are remembered at the same time.
pub const FRAGMENTS: usize = 8192;

/// Control connections that are followed at the same time, unless the agent says another number.
pub const SESSIONS: usize = 65_536;
/// Control connections of which one side was heard.
pub const CANDIDATES: usize = 8192;
/// Pairs of hosts that have had an encrypted session.
pub const ENCRYPTED_PAIRS: usize = 8192;
/// Sources whose handed-over segments are counted.
pub const RATES: usize = 4096;
/// Bytes of the ring buffer from the programs to the agent.
pub const EVENT_BYTES: usize = 1 << 20;

/// Direction of a packet, and with it the index into an interface's inner map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Direction {
    /// Received.
    Ingress = 0,
    /// Sent.
    Egress = 1,
}

impl Direction {
    /// Both, in the order of the inner map.
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// The direction with this number; anything unknown reads as ingress.
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        if raw == Self::Egress as u32 { Self::Egress } else { Self::Ingress }
    }

    /// Label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// The `probe`th place at which the counters of an interface may stand in [`MAP_COUNTERS`].
#[inline(always)]
#[must_use]
pub const fn place(ifindex: u32, probe: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "4096 fits")]
    const MASK: u32 = INTERFACES as u32 - 1;
    ifindex.wrapping_add(probe) & MASK
}

/// The maps that outlive an agent, each with the version of what its keys and values mean: to be raised when that changes
/// and their sizes do not. What all of FTP's tracking stands in is taken over as a whole or not at all.
pub const PINNED: [(&str, u32); 16] = [
    (MAP_COUNTERS, 1),
    (MAP_UNATTRIBUTED, 1),
    (MAP_FRAGMENTS, 1),
    (MAP_PORTS, 1),
    (MAP_ENDPOINTS, 1),
    (MAP_SESSIONS, 1),
    (MAP_POLICY, 1),
    (MAP_ENCRYPTED, 1),
    (MAP_TALLIES, 1),
    (MAP_EVENTS, 1),
    (MAP_CANDIDATES, 1),
    (MAP_RATES, 1),
    (MAP_SOURCES, 1),
    (MAP_SEEN, 1),
    (MAP_CONNECTIONS, 1),
    (MAP_WAITING, 1),
];

/// Shape of a map, as a test without root finds it in the built object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapShape {
    /// Name of the map.
    pub name: &'static str,
    /// Bytes of a key.
    pub key: usize,
    /// Bytes of a value.
    pub value: usize,
    /// Entries.
    pub entries: usize,
}

/// Every map that user space opens. The value of [`MAP_COUNTERS`] is a map; its inner maps have two
/// values of the size of [`Counters`].
pub const MAPS: [MapShape; 16] = [
    MapShape { name: MAP_COUNTERS, key: 4, value: 4, entries: INTERFACES },
    MapShape { name: MAP_PORTS, key: 4, value: size_of::<PortTable>(), entries: 1 },
    MapShape { name: MAP_FRAGMENTS, key: size_of::<FragmentKey>(), value: 4, entries: FRAGMENTS },
    MapShape { name: MAP_UNATTRIBUTED, key: 4, value: 8, entries: 1 },
    MapShape { name: MAP_ENDPOINTS, key: 4, value: WAYS * size_of::<Endpoint>(), entries: SETS },
    MapShape {
        name: MAP_SESSIONS,
        key: size_of::<SessionKey>(),
        value: size_of::<Session>(),
        entries: SESSIONS,
    },
    MapShape { name: MAP_POLICY, key: 4, value: size_of::<Policy>(), entries: 1 },
    MapShape { name: MAP_ENCRYPTED, key: 2 * size_of::<Address>(), value: 8, entries: ENCRYPTED_PAIRS },
    MapShape { name: MAP_TALLIES, key: 4, value: size_of::<Tallies>(), entries: 1 },
    MapShape {
        name: MAP_CONNECTIONS,
        key: 4,
        value: connection::WAYS * size_of::<connection::Place>(),
        entries: connection::SETS,
    },
    MapShape { name: MAP_WAITING, key: 4, value: 8, entries: 1 },
    MapShape { name: MAP_EVENTS, key: 0, value: 0, entries: EVENT_BYTES },
    MapShape { name: MAP_SOURCES, key: 4, value: size_of::<SourceSet>(), entries: SOURCE_SETS },
    MapShape { name: MAP_SEEN, key: 4, value: size_of::<SeenTable>(), entries: Observation::ALL.len() },
    MapShape { name: MAP_SHADOW, key: 4, value: size_of::<Shadow>(), entries: 1 },
    MapShape { name: MAP_PREFIXES, key: size_of::<SourceKey>(), value: 8, entries: 2 * PREFIXES },
];

/// Every program, with the section that says its type.
pub const PROGRAMS: [(&str, &str); 7] = [
    (PROGRAM_XDP, "xdp.frags"),
    (PROGRAM_INGRESS, "classifier"),
    (PROGRAM_EGRESS, "classifier"),
    (PROGRAM_POLICY_XDP, "xdp.frags"),
    (PROGRAM_POLICY_INGRESS, "classifier"),
    (PROGRAM_POLICY_EGRESS, "classifier"),
    (PROGRAM_SWEEP, "classifier"),
];

/// Bytes of the value of an interface's inner map.
pub const COUNTERS_SIZE: usize = size_of::<Counters>();

/// The kernel refuses per-CPU values above its smallest per-CPU unit (`PCPU_MIN_UNIT_SIZE`).
const _: () = assert!(COUNTERS_SIZE <= 32 * 1024);
