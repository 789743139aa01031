// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The maps of the loaded programs, as the tracker changes them.

use std::cell::{Cell, RefCell};

use classifier_common::control::{Learned, LineEnv, SessionKey, Tallies, Tally, TrackingConfig};

use super::{Table, Tracker, eviction::evicted, sessions::count_forgotten};
use crate::{
    datapath::{SharedBucket, Tracking},
    snapshot::{FtpSnapshot, ReadError},
};

/// The maps of the loaded programs. Sessions are removed once the tracker is done: see [`change`].
pub(super) struct KernelTable<'a> {
    tracking: &'a Tracking,
    forgotten: RefCell<Vec<(SessionKey, u64)>>,
    learned: RefCell<Vec<(u64, u32)>>,
    /// Number of endpoints that were learned.
    count: Cell<usize>,
}

/// Lets the tracker change the maps of the loaded programs, and removes the sessions that it has forgotten.
pub(super) fn change(tracking: &mut Tracking, tracker: impl FnOnce(&KernelTable<'_>)) {
    let table = KernelTable::new(tracking);
    tracker(&table);
    for (key, session) in table.forgotten.into_inner() {
        let Some(session) = tracking.forget(&key, session) else { continue };
        count_forgotten(&session, |tally, number| tracking.agent_counters().add(tally, number));
    }
}

/// Reads what a scrape has of the maps of the loaded programs.
pub(super) fn snapshot(tracking: &Tracking, tracker: &Tracker) -> Result<FtpSnapshot, ReadError> {
    Ok(FtpSnapshot {
        tallies: tallies(tracking)?,
        endpoints: tracker.census(&KernelTable::new(tracking)),
        capacity: tracking.endpoints().capacity() as u64,
        sessions: tracking.capacity().into(),
    })
}

/// Sums the programs' numbers and the agent's.
pub(super) fn tallies(tracking: &Tracking) -> Result<Tallies, ReadError> {
    let mut tallies = tracking.tallies()?;
    for (sum, own) in tallies.iter_mut().zip(tracking.agent_counters().tallies()) {
        *sum += own;
    }
    Ok(tallies)
}

impl<'a> KernelTable<'a> {
    fn new(tracking: &'a Tracking) -> Self {
        Self { tracking, forgotten: RefCell::default(), learned: RefCell::default(), count: Cell::default() }
    }

    /// Counts the endpoints that the tracker has learned.
    pub(super) const fn count(&self) -> usize {
        self.count.get()
    }
}

impl<'a> LineEnv for KernelTable<'a> {
    type Bucket = SharedBucket<'a>;

    fn config(&self) -> TrackingConfig {
        self.tracking.policy()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.tracking.is_known_port(port)
    }

    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket> {
        Some(self.tracking.endpoints().bucket(bucket))
    }

    fn bucket_number(&self, bucket: usize) -> usize {
        self.tracking.endpoints().number(bucket)
    }

    fn tally(&self, tally: Tally, number: u64) {
        self.tracking.agent_counters().add(tally, number);
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.learned.borrow_mut().push((session, learned.slot));
        self.count.set(self.count.get() + 1);
    }
}

impl Table for KernelTable<'_> {
    fn forget(&self, key: &SessionKey, session: u64) {
        self.forgotten.borrow_mut().push((*key, session));
    }

    fn make_room(&self) {
        let sessions: Vec<_> = self.tracking.sessions().filter_map(Result::ok).collect();
        if sessions.len() < self.tracking.capacity() as usize {
            return;
        }
        for (key, session) in evicted(sessions) {
            self.forget(&key, session.id);
        }
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.learned.take()
    }
}
