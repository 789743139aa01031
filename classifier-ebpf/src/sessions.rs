//! The maps of the FTP tracking, and the memory that a CPU works in.

use aya_ebpf::{
    bindings::{BPF_F_MMAPABLE, BPF_F_NO_PREALLOC},
    btf_maps::{Array, HashMap, LruHashMap, PerCpuArray, RingBuf},
    macros::btf_map,
};
use classifier_common::{
    abi,
    connection::{Ended, Seen},
    control::{Candidate, Header, PARSE_MAX, Policy, SEGMENT_MAX, Segment, Session, SessionKey, Tallies},
    endpoint::Address,
    track::Ends,
};

/// Established control connections. Room is taken when one begins: most hosts have none.
#[btf_map]
pub static SESSIONS: HashMap<SessionKey, Session, { abi::SESSIONS }, { BPF_F_NO_PREALLOC as usize }> =
    HashMap::new();

/// Control connections of which one side was heard: a flood of them pushes out its own kind alone.
#[btf_map]
pub static CANDIDATES: LruHashMap<SessionKey, Candidate, { abi::CANDIDATES }> = LruHashMap::new();

/// Encrypted sessions by client and server.
#[btf_map]
pub static ENCRYPTED: LruHashMap<[Address; 2], i64, { abi::ENCRYPTED_PAIRS }> = LruHashMap::new();

#[btf_map]
pub static POLICY: Array<Policy, 1, { BPF_F_MMAPABLE as usize }> = Array::new();

/// The policy as it stands.
#[inline(always)]
pub fn policy() -> Policy {
    // SAFETY: the map's value, which the agent wrote before the programs ran; one word each.
    POLICY.get_ptr(0).map_or_else(Policy::default, |policy| unsafe { policy.read_volatile() })
}

#[btf_map]
pub static TALLIES: PerCpuArray<Tallies, 1> = PerCpuArray::new();

/// What a source has had handed over within the second.
#[repr(C)]
pub struct Rate {
    pub second: u64,
    pub segments: u64,
}

#[btf_map]
pub static RATES: LruHashMap<Address, Rate, { abi::RATES }> = LruHashMap::new();

#[btf_map]
pub static EVENTS: RingBuf<u8, { abi::EVENT_BYTES }> = RingBuf::new();

/// Room behind an event's header: for a segment's payload or a session.
pub const BODY: usize = SEGMENT_MAX;

/// What would fill the 512 bytes of stack that a program has.
#[repr(C)]
pub struct Work {
    pub ends: Ends,
    pub segment: Segment,
    pub header: Header,
    pub body: [u8; BODY],
    pub payload: [u8; PARSE_MAX as usize],
    pub new: Session,
    pub seen: Seen,
    pub ended: Ended,
}

#[btf_map]
static WORK: PerCpuArray<Work, 1> = PerCpuArray::new();

/// This CPU's. Programs do not interrupt each other on a CPU: they run with bottom halves disabled.
#[inline(always)]
pub fn work() -> Option<*mut Work> {
    WORK.get_ptr_mut(0)
}
