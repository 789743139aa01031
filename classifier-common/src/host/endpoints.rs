//! A set of the endpoint table together with the port table, where its ports are counted.

use std::rc::Rc;

use super::HostTables;
use crate::endpoint::{HostSet, Owner, Set, Word};

/// A set, and the tables that lead to it.
pub struct CountedSet<'a> {
    pub(super) set: Rc<HostSet>,
    pub(super) tables: &'a HostTables,
}

impl Set for CountedSet<'_> {
    fn word(&self, way: usize) -> Word {
        self.set.word(way)
    }

    fn is_of(&self, way: usize, owner: &Owner) -> bool {
        self.set.is_of(way, owner)
    }

    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        self.set.replace(way, old, new)
    }

    fn fill(&self, way: usize, owner: &Owner, session: u64, word: Word) {
        self.set.fill(way, owner, session, word);
    }

    fn since(&self, way: usize) -> u64 {
        self.set.since(way)
    }

    fn session(&self, way: usize) -> u64 {
        self.set.session(way)
    }

    fn port_taken(&self, port: u16) {
        self.tables.endpoint_taken(port);
    }

    fn port_left(&self, port: u16) {
        self.tables.endpoint_left(port);
    }
}
