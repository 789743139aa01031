//! The table in user space's own memory: for captures, tests and fuzzers.

use std::cell::{Cell, RefCell};

use super::{Endpoint, Owner, Set, WAYS, Word};

/// A set that nobody else changes. Its clock is the time that it was told, and a nanosecond more for each
/// change since.
#[derive(Clone, Debug, Default)]
pub struct HostSet {
    places: RefCell<[Endpoint; WAYS]>,
    clock: Cell<u64>,
}

impl HostSet {
    fn at<T: Default>(&self, way: usize, look: impl FnOnce(&mut Endpoint) -> T) -> T {
        self.places.borrow_mut().get_mut(way).map(look).unwrap_or_default()
    }

    /// It is now so many nanoseconds; a clock never goes back.
    pub fn set_clock(&self, now: u64) {
        self.clock.set(self.clock.get().max(now));
    }

    fn tick(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
    }

    /// A place as it stands.
    #[must_use]
    pub fn place(&self, way: usize) -> Endpoint {
        self.at(way, |place| *place)
    }
}

impl Set for HostSet {
    fn word(&self, way: usize) -> Word {
        self.at(way, |place| place.word)
    }

    fn is_of(&self, way: usize, owner: &Owner) -> bool {
        self.at(way, |place| place.address == owner.address && place.peer == owner.peer)
    }

    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        let now = self.tick();
        self.at(way, |place| {
            let there = place.word == old;
            if there {
                (place.word, place.since) = (new, now);
            }
            there
        })
    }

    fn fill(&self, way: usize, owner: &Owner, session: u64, word: Word) {
        let since = self.tick();
        let Owner { address, peer, .. } = *owner;
        self.at(way, |place| *place = Endpoint { address, peer, word, since, session, reserved: 0 });
    }

    fn since(&self, way: usize) -> u64 {
        self.at(way, |place| place.since)
    }

    fn session(&self, way: usize) -> u64 {
        self.at(way, |place| place.session)
    }

    /// A set alone has no port table.
    fn port_taken(&self, _port: u16) {}

    fn port_left(&self, _port: u16) {}
}
