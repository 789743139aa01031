// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP flows in the memory of a process, like the kernel's hooks follow them.

use std::cell::Cell;

use crate::{
    abi::FLOW_BUCKETS,
    connection::HookPoint,
    evidence::Finding,
    flow::{Flow, FlowEnds, RecentFlow},
    outcome::Outcome,
    protocol::Protocol,
    table::{
        MemoryBucket, MemoryTable, hash,
        recent::{self, RecentTable},
    },
    track::Ends,
};

/// Table of flows of a process.
#[derive(Default)]
pub struct HostFlows {
    table: MemoryTable<RecentFlow, { recent::WAYS }>,
    now: Cell<u64>,
}

impl HostFlows {
    /// Follows the flow of a frame with its outcome, and returns what it tells. `now` is in nanoseconds of a clock that never goes
    /// back.
    pub fn see(&self, bytes: &[u8], outcome: &Outcome, hook: &HookPoint, now: u64) -> Option<Finding> {
        self.now.set(self.now.get().max(now));
        let is_flow = outcome.class.protocol() == Protocol::UDP_OTHER;
        let tracked = outcome.tracked.filter(|_| is_flow)?;
        let mut ends = Ends::default();
        if !ends.read_quote(bytes, tracked.family(), tracked.as_quoted(outcome.headers)?) {
            return None;
        }
        let mut key = FlowEnds::default();
        let (sender, now) = (key.store(&ends), self.now.get());
        let known = self.recall(&key);
        let (flow, told) = Flow::after(known, &ends, sender, hook, now);
        if known != Some(flow) {
            self.remember(&key, flow);
        }
        told.map(|outcome| flow.finding(&key, outcome, now))
    }
}

impl RecentTable for HostFlows {
    type Key = FlowEnds;
    type Value = Flow;
    type Bucket = MemoryBucket<RecentFlow, { recent::WAYS }>;

    fn bucket(&self, hash: u64) -> Option<Self::Bucket> {
        Some(self.table.bucket(hash::bucket(hash, FLOW_BUCKETS)))
    }

    fn now(&self) -> u64 {
        self.now.get()
    }
}
