// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Maps of the programs.
//!
//! The agent and its pins identify a map by its name and by the layout of its values
//! (`classifier_common::abi`).

use aya_ebpf::{
    bindings::{BPF_F_MMAPABLE, BPF_F_NO_PREALLOC, bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY},
    btf_maps::{Array, ArrayOfMaps, HashMap, LpmTrie, LruHashMap, PerCpuArray, RingBuf, lpm_trie::Key},
    macros::btf_map,
};
use classifier_common::{
    abi::{self, Direction},
    address::Address,
    connection::{self, ConnEvent, ConnReport, Connection},
    control::{
        Candidate, Embryonic, EventHeader, PARSE_MAX, Redactor, SEGMENT_MAX, Segment, Session, SessionKey,
        Tallies, TrackingConfig,
    },
    dry_run::{self, DryRunPolicy, PrefixKey},
    endpoint::{self, Endpoint, Query},
    evidence::{Observation, SERVICE_BUCKETS, SOURCE_BUCKETS, SeenTable, SourceBucket},
    flow::{FlowEnds, RecentFlow},
    fragment::{FirstFragment, FragmentKey},
    packet::HEADERS_MAX,
    ports::PortTable,
    session::Listener,
    table::recent,
    track::Ends,
};

/// Flag of maps that user space has in its memory.
pub const MMAPABLE: usize = BPF_F_MMAPABLE as usize;
const NO_PREALLOC: usize = BPF_F_NO_PREALLOC as usize;

/// Definition of an interface's map in [`COUNTERS`], a `PerCpuArray<Counters, 2>`, by sizes instead of types.
///
/// The agent creates these maps without types. Up to Linux 6.1 the outer map only accepts an inner map that
/// equals its template in that too (`timer_off` in `bpf_map_meta_equal`).
#[repr(C)]
pub struct Interface {
    r#type: *const [i32; BPF_MAP_TYPE_PERCPU_ARRAY as usize],
    key_size: *const [i32; size_of::<u32>()],
    value_size: *const [i32; abi::COUNTERS_SIZE],
    max_entries: *const [i32; Direction::ALL.len()],
}

/// Counters by the slot of an interface.
#[btf_map]
pub static COUNTERS: ArrayOfMaps<Interface, { abi::INTERFACES }> = ArrayOfMaps::new();

/// Slot of each interface that does not have its own, by index.
#[btf_map]
pub static SLOTS: HashMap<u32, u32, { abi::INTERFACES }, NO_PREALLOC> = HashMap::new();

/// Number of packets on interfaces without counters.
#[btf_map]
pub static UNATTRIBUTED: PerCpuArray<u64, 1> = PerCpuArray::new();

/// Class of every port.
#[btf_map]
pub static PORTS: Array<PortTable, 1, MMAPABLE> = Array::new();

/// First fragments, by bucket.
#[btf_map]
pub static FRAGMENTS: Array<[FirstFragment; recent::WAYS], { abi::FRAGMENT_BUCKETS }, MMAPABLE> =
    Array::new();

/// Number of entries of [`FRAGMENTS`] in use.
#[btf_map]
pub static REMEMBERED: Array<u64, 1> = Array::new();

/// Copied headers of an XDP buffer whose first part does not hold them.
#[btf_map]
pub static HEADERS: PerCpuArray<[u8; HEADERS_MAX], 1> = PerCpuArray::new();

/// Announced data ports, by bucket.
#[btf_map]
pub static ENDPOINTS: Array<[Endpoint; endpoint::WAYS], { endpoint::BUCKETS }, MMAPABLE> = Array::new();

/// Connections, by bucket.
#[btf_map]
pub static CONNECTIONS: Array<[Connection; connection::WAYS], { connection::BUCKETS }> = Array::new();

/// Tags of the entries of [`CONNECTIONS`], by bucket: without them a search reads as many cache lines as a bucket has
/// entries.
#[btf_map]
pub static TAGS: Array<connection::Tags, { connection::BUCKETS }> = Array::new();

/// Listener of each session, by the number of its entry in [`CONNECTIONS`].
#[btf_map]
pub static LISTENERS: Array<Listener, { connection::ENTRIES }> = Array::new();

/// Number of connections that can expire.
#[btf_map]
pub static WAITING: Array<u64, 1, MMAPABLE> = Array::new();

/// Established control connections. Memory is allocated when one begins, because most hosts have none.
#[btf_map]
pub static SESSIONS: HashMap<SessionKey, Session, { abi::SESSIONS }, NO_PREALLOC> = HashMap::new();

/// Control connections with one side seen, by bucket. A flood evicts other candidates only.
#[btf_map]
pub static CANDIDATES: Array<[Candidate; recent::WAYS], { abi::CANDIDATE_BUCKETS }, MMAPABLE> = Array::new();

/// Number of encrypted sessions for each client and server with at least one. There are no more pairs than
/// sessions.
#[btf_map]
pub static ENCRYPTED: HashMap<[Address; 2], u64, { abi::SESSIONS }, NO_PREALLOC> = HashMap::new();

/// Settings of the FTP tracking.
#[btf_map]
pub static POLICY: Array<TrackingConfig, 1, MMAPABLE> = Array::new();

/// Returns the settings of the FTP tracking.
#[inline(always)]
pub fn policy() -> TrackingConfig {
    // SAFETY: the map's value, which the agent wrote before the programs ran; one word each.
    POLICY.get_ptr(0).map_or_else(TrackingConfig::default, |policy| unsafe { policy.read_volatile() })
}

/// Counters of the FTP tracking.
#[btf_map]
pub static TALLIES: PerCpuArray<Tallies, 1> = PerCpuArray::new();

/// Segments of a source that were forwarded to the agent within a second.
#[repr(C)]
pub struct Rate {
    pub second: u64,
    pub segments: u64,
}

/// Forwarding rates by source.
#[btf_map]
pub static RATES: LruHashMap<Address, Rate, { abi::RATES }> = LruHashMap::new();

/// Events to the agent.
#[btf_map]
pub static EVENTS: RingBuf<u8, { abi::EVENT_BYTES }> = RingBuf::new();

/// Length of the longest header that is read at once, the fixed one of IPv6.
pub const HEADER_MAX: usize = 40;

/// Working memory of a packet's programs, too large for the 512 bytes of stack.
#[repr(C)]
pub struct Work {
    pub ends: Ends,
    pub segment: Segment,
    /// State of the segment's connection, if it is not established yet.
    pub embryonic: Embryonic,
    pub fragment: FragmentKey,
    pub flow: FlowEnds,
    pub header: EventHeader,
    /// Body of an event, behind its header: a segment's payload or a session.
    pub body: [u8; SEGMENT_MAX],
    pub payload: [u8; PARSE_MAX as usize],
    /// One header of a packet, copied from any of its parts.
    pub header_bytes: [u8; HEADER_MAX],
    /// Always 0, a value that the verifier does not know.
    pub zero: usize,
    pub new: Session,
    pub query: Query,
    pub redactor: Redactor,
    pub event: ConnEvent,
    pub report: ConnReport,
}

#[btf_map]
static WORK: PerCpuArray<Work, 1> = PerCpuArray::new();

/// Returns this CPU's working memory. Programs do not interrupt each other on a CPU: they run with bottom
/// halves disabled.
#[inline(always)]
pub fn work() -> Option<*mut Work> {
    WORK.get_ptr_mut(0)
}

/// Prefixes of peers, by bucket.
#[btf_map]
pub static SOURCES: PerCpuArray<SourceBucket, SOURCE_BUCKETS> = PerCpuArray::new();

/// Ports of other services, by bucket.
#[btf_map]
pub static SERVICES: PerCpuArray<SourceBucket, SERVICE_BUCKETS> = PerCpuArray::new();

/// UDP flows, by bucket. The agent gives the map one bucket unless flows are followed.
#[btf_map]
pub static FLOWS: Array<[RecentFlow; recent::WAYS], { abi::FLOW_BUCKETS }, MMAPABLE> = Array::new();

/// Time of the last report of each observation.
#[btf_map]
pub static SEEN: PerCpuArray<SeenTable, { Observation::ALL.len() }> = PerCpuArray::new();

/// The policy of the dry run, in two generations.
#[btf_map]
pub static DRY_RUN: Array<DryRunPolicy, 1, MMAPABLE> = Array::new();

/// [`PrefixKey`] behind its number of bits.
type Prefix = [u8; size_of::<PrefixKey>() - size_of::<u32>()];

const _: () = assert!(size_of::<Key<Prefix>>() == size_of::<PrefixKey>());

/// The rules of the policy by source prefix.
#[btf_map]
pub static PREFIXES: LpmTrie<Prefix, u64, { 2 * dry_run::PREFIXES }> = LpmTrie::new();
