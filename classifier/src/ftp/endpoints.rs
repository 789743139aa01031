// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tracks the endpoints in the table, and removes each at its end.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use classifier_common::{
    control::{LineEnv, Tally},
    endpoint::{EndpointBucket, EndpointState, Mode, PackedEndpoint, position, withdraw},
    table::Bucket as _,
};

use crate::clock::nanoseconds;

/// Least lifetime of a connection after a reset: its client may send the same SYN again, after 1, 3 or 7 s.
const RETRY: Duration = Duration::from_secs(10);

/// Longest silence of a connection, as in the kernel's own tracking (`nf_conntrack_tcp_timeout_established`).
const SILENCE: Duration = Duration::from_hours(5 * 24);

/// The endpoints that were announced and have not been seen to end.
#[derive(Debug, Default)]
pub(super) struct Live {
    slots: BTreeSet<u32>,
    /// Words of old connections that may be silent, by slot. Their hosts may have vanished without a FIN.
    old: HashMap<u32, PackedEndpoint>,
    /// Slot that the agent has filled last, by session: the programs do not know it.
    completed: HashMap<u64, u32>,
}

/// Endpoints by mode (active, passive) and state (announced, connected).
pub(super) type Census = [[u64; 2]; 2];

impl Live {
    /// Adds an endpoint.
    pub(super) fn add(&mut self, slot: u32) {
        self.slots.insert(slot);
    }

    /// Handles another announcement of a session: it replaces the unused endpoint that the agent completed
    /// before.
    pub(super) fn learned<E: LineEnv>(&mut self, table: &E, session: u64, slot: u32) {
        if self.completed.get(&session).is_some_and(|before| *before != slot)
            && let Some(before) = self.completed.remove(&session)
        {
            take_back(table, before, session, Tally::RemovedReplaced);
        }
        self.add(slot);
    }

    /// Adds an endpoint that the agent has completed.
    pub(super) fn completed<E: LineEnv>(&mut self, table: &E, session: u64, slot: u32) {
        self.learned(table, session, slot);
        self.completed.insert(session, slot);
    }

    /// Tells whether there is no endpoint.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Iterates over the slots.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().copied()
    }

    /// Removes expired endpoints: closed connections without a packet for `linger`, or for [`RETRY`] after a
    /// reset; announcements that are unused for `ttl`; connections that are older than [`SILENCE`] and then
    /// silent for as long. Packets of a connected endpoint do not renew its time, but those of a closed
    /// endpoint do: an old endpoint is closed to see whether packets come.
    pub(super) fn sweep<E: LineEnv>(&mut self, table: &E, now: u64, linger: Duration, ttl: Duration) {
        let old = &mut self.old;
        self.slots.retain(|slot| {
            let (number, way) = position(*slot);
            let Some(endpoints) = table.endpoints(number) else { return false };
            let word = endpoints.bucket().word(way);
            let since = endpoints.bucket().entry(way).since;
            let age = now.saturating_sub(since);
            let linger = if word.is_reset() { linger.max(RETRY) } else { linger };
            match word.state() {
                EndpointState::Free => return false,
                EndpointState::Connected if age >= nanoseconds(SILENCE) => {
                    let watched = word.in_state(EndpointState::Closed);
                    if endpoints.change(way, word, watched) {
                        old.insert(*slot, watched);
                    }
                }
                EndpointState::Closed if old.get(slot) == Some(&word) => {
                    let freed = age >= nanoseconds(SILENCE) && free(&endpoints, way, word, since);
                    table.tally(Tally::RemovedExpired, freed.into());
                    return !freed;
                }
                EndpointState::Closed if age >= nanoseconds(linger) => {
                    let freed = free(&endpoints, way, word, since);
                    table.tally(Tally::RemovedClosed, freed.into());
                    return !freed;
                }
                state @ (EndpointState::Announced | EndpointState::Proposed) if age >= nanoseconds(ttl) => {
                    let freed = free(&endpoints, way, word, since);
                    // A proposal was never learned, so its removal is not counted.
                    table.tally(Tally::RemovedExpired, (freed && state == EndpointState::Announced).into());
                    return !freed;
                }
                EndpointState::Claimed
                | EndpointState::Announced
                | EndpointState::Proposed
                | EndpointState::Connected
                | EndpointState::Closed => {}
            }
            true
        });
        self.completed.retain(|_, slot| self.slots.contains(slot));
        self.old.retain(|slot, _| self.slots.contains(slot));
    }

    /// Withdraws the unused endpoint that the agent has completed for an ended session. The programs withdraw
    /// what they have learned of it last; earlier endpoints were replaced.
    pub(super) fn withdraw<E: LineEnv>(&mut self, table: &E, session: u64) {
        if let Some(slot) = self.completed.remove(&session) {
            take_back(table, slot, session, Tally::RemovedWithdrawn);
        }
    }

    /// Counts the endpoints.
    pub(super) fn census<E: LineEnv>(&self, table: &E) -> Census {
        let mut census = Census::default();
        for (number, way) in self.slots().map(position) {
            let Some(endpoints) = table.endpoints(number) else { continue };
            let word = endpoints.bucket().word(way);
            let mode = usize::from(matches!(word.kind().mode, Mode::Passive));
            match word.state() {
                EndpointState::Free | EndpointState::Claimed => {}
                EndpointState::Announced | EndpointState::Proposed => census[mode][0] += 1,
                EndpointState::Connected | EndpointState::Closed => census[mode][1] += 1,
            }
        }
        census
    }
}

/// Frees an entry whose word and time are unchanged; `false` if they are not. The entry is claimed in
/// between: a packet that renews its time comes before or after, not between.
fn free<B: EndpointBucket>(endpoints: &B, way: usize, word: PackedEndpoint, since: u64) -> bool {
    let bucket = endpoints.bucket();
    if !bucket.replace(way, word, PackedEndpoint::CLAIMED) {
        return false;
    }
    if bucket.entry(way).since != since {
        bucket.replace(way, PackedEndpoint::CLAIMED, word);
        return false;
    }
    bucket.replace(way, PackedEndpoint::CLAIMED, PackedEndpoint::FREE);
    endpoints.port_left(word.port());
    true
}

/// Withdraws the unused endpoint of a session in this slot. A proposal was never learned, so it is not
/// counted.
fn take_back<E: LineEnv>(table: &E, slot: u32, session: u64, reason: Tally) {
    let (number, way) = position(slot);
    if let Some(endpoints) = table.endpoints(number)
        && withdraw(&endpoints, way, session) == EndpointState::Announced
    {
        table.tally(reason, 1);
    }
}
