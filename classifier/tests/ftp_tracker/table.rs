// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tables in this process's memory, for the tracker.

use std::cell::{Cell, RefCell};

use classifier::ftp::Table;
use classifier_common::{
    control::{Learned, LineEnv, SessionKey, Tally, TrackingConfig},
    host::{CountedBucket, HostEnv, HostTracking},
};

/// The programs' tables, and the tracker's requests.
pub struct HostTable<'a> {
    pub tracking: &'a HostTracking,
    pub world: HostEnv<'a>,
    pub asked: &'a Asked,
}

/// Requests of the tracker, in addition to changes of endpoints.
#[derive(Default)]
pub struct Asked {
    learned: RefCell<Vec<(u64, u32)>>,
    /// Endpoints that the tracker has learned.
    pub completed: Cell<u64>,
    /// Requests to remove a session, existing or not.
    pub removals: Cell<u64>,
    /// Existing sessions that the tracker has removed.
    pub forgotten: Cell<u64>,
    /// Number of looks at a bucket of endpoints.
    pub looks: Cell<u64>,
    /// Number of requested evictions.
    pub made_room: Cell<u64>,
}

impl<'a> LineEnv for HostTable<'a> {
    type Bucket = CountedBucket<'a>;

    fn config(&self) -> TrackingConfig {
        self.world.config()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.world.is_known_port(port)
    }

    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket> {
        self.asked.looks.update(|count| count + 1);
        self.world.endpoints(bucket)
    }

    fn tally(&self, tally: Tally, number: u64) {
        self.world.tally(tally, number);
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.asked.learned.borrow_mut().push((session, learned.slot));
        self.asked.completed.update(|count| count + 1);
    }
}

impl Table for HostTable<'_> {
    fn forget(&self, key: &SessionKey, session: u64) {
        self.asked.removals.update(|count| count + 1);
        let forgotten = self.tracking.remove_session(key, session);
        self.asked.forgotten.update(|count| count + u64::from(forgotten));
    }

    fn make_room(&self) {
        self.asked.made_room.update(|count| count + 1);
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.asked.learned.take()
    }
}
