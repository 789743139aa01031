//! The tracker's surroundings over this process's memory.

use std::cell::{Cell, RefCell};

use classifier::ftp::Table;
use classifier_common::{
    control::{Hearing, Learned, Policy, SessionKey, Tally},
    host::{CountedSet, HostTracking, HostWorld},
};

/// The programs' tables, and what the tracker has asked for.
pub struct HostTable<'a> {
    pub tracking: &'a HostTracking,
    pub world: HostWorld<'a>,
    pub asked: &'a Asked,
}

/// What the tracker has asked for, beside changes of the endpoints.
#[derive(Default)]
pub struct Asked {
    learned: RefCell<Vec<(u64, u32)>>,
    /// Endpoints that it has learned itself.
    pub completed: Cell<u64>,
    /// Sessions that it had forgotten, of those that were there.
    pub forgotten: Cell<u64>,
    /// Times that room was to be made.
    pub made_room: Cell<u64>,
}

impl<'a> Hearing for HostTable<'a> {
    type Set = CountedSet<'a>;

    fn policy(&self) -> Policy {
        self.world.policy()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.world.is_known_port(port)
    }

    fn endpoints(&self, set: usize) -> Option<Self::Set> {
        self.world.endpoints(set)
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
        let forgotten = self.tracking.forget(key, session);
        self.asked.forgotten.update(|count| count + u64::from(forgotten));
    }

    fn make_room(&self) {
        self.asked.made_room.update(|count| count + 1);
    }

    fn take_learned(&self) -> Vec<(u64, u32)> {
        self.asked.learned.take()
    }
}
