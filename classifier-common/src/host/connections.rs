//! Connections and sessions followed in user space's own memory, after what the kernel's hooks do with a frame.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use crate::{
    connection::{
        BEGINNING, Ended, HostSet, SETS, Seen, Set, Signal, Table, Vantage, WAYS, Word, concerns, expire,
        said, step,
    },
    family::Family,
    outcome::Outcome,
    protocol::Protocol,
    track::Ends,
};

/// The table, and what has become known that nobody has taken yet.
#[derive(Default)]
pub struct HostConnections {
    sets: RefCell<HashMap<usize, Rc<HostSet>>>,
    ended: RefCell<Vec<Ended>>,
    waiting: Cell<u64>,
    now: Cell<u64>,
}

impl HostConnections {
    /// Takes a frame in, with what was judged of it (with its tracking: `HostTracking::judge`) at `now` nanoseconds, a
    /// clock that never goes back.
    pub fn see(&self, bytes: &[u8], outcome: &Outcome, vantage: Vantage, now: u64) {
        self.now.set(self.now.get().max(now));
        let mut seen = Seen { now: self.now.get(), ..Seen::default() };
        if let Some(rejection) = outcome.rejection {
            let v6 = outcome.class.protocol() == Protocol::ICMPV6;
            let family = if v6 { Family::V6 } else { Family::V4 };
            if seen.read_rejection(bytes, family, rejection, vantage) {
                step(self, &mut seen);
            }
        } else if let Some(tracked) = outcome.tracked
            && concerns(outcome.class, outcome.tcp_flags)
        {
            let mut ends = Ends::default();
            if !ends.read(bytes, tracked, outcome.headers)
                || !seen.read_segment(&ends, outcome.class, vantage)
            {
                return;
            }
            if seen.signal == Signal::Spoken {
                seen.said = said(seen.protocol, &beginning(bytes, &ends));
            }
            step(self, &mut seen);
        }
    }

    /// Ends what time alone ends: what the agent has a kernel program do.
    pub fn sweep(&self, now: u64) {
        self.now.set(self.now.get().max(now));
        for number in 0..SETS {
            let Some(set) = self.known(number) else { continue };
            (0..WAYS).for_each(|way| expire(self, &set, way, self.now.get()));
        }
    }

    /// What has become known since the last call.
    #[must_use]
    pub fn take_ended(&self) -> Vec<Ended> {
        self.ended.take()
    }

    /// Places that time alone can end.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting.get()
    }

    /// The words of every place that is taken, by set and place.
    #[must_use]
    pub fn words(&self) -> Vec<(usize, Word)> {
        let sets = self.sets.borrow();
        let words = sets
            .iter()
            .flat_map(|(number, set)| (0..WAYS).map(move |way| (number * WAYS + way, set.word(way))));
        let mut words: Vec<_> = words.filter(|(_, word)| *word != Word::FREE).collect();
        words.sort_unstable_by_key(|(place, _)| *place);
        words
    }

    fn known(&self, number: usize) -> Option<Rc<HostSet>> {
        self.sets.borrow().get(&number).map(Rc::clone)
    }
}

/// The first bytes of a payload; zeros where the frame does not hold as many as the headers say, as for the kernel's
/// helpers.
fn beginning(bytes: &[u8], ends: &Ends) -> [u8; BEGINNING] {
    let mut beginning = [0; BEGINNING];
    let (from, length) = (ends.payload as usize, (ends.length as usize).min(BEGINNING));
    if let Some((to, payload)) = beginning.get_mut(..length).zip(bytes.get(from..from + length)) {
        to.copy_from_slice(payload);
    }
    beginning
}

impl Table for HostConnections {
    type Set = Rc<HostSet>;

    fn set(&self, number: usize) -> Option<Self::Set> {
        Some(Rc::clone(self.sets.borrow_mut().entry(number).or_default()))
    }

    fn waits(&self) {
        self.waiting.set(self.waiting.get() + 1);
    }

    fn waits_no_more(&self) {
        self.waiting.set(self.waiting.get() - 1);
    }

    fn count(&self, ended: Ended) {
        self.ended.borrow_mut().push(ended);
    }
}

impl Set for Rc<HostSet> {
    fn word(&self, way: usize) -> Word {
        (**self).word(way)
    }

    fn is_of(&self, way: usize, attempt: &crate::connection::Attempt) -> bool {
        (**self).is_of(way, attempt)
    }

    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        (**self).replace(way, old, new)
    }

    fn fill(&self, way: usize, attempt: &crate::connection::Attempt, now: u64, data: u32, word: Word) {
        (**self).fill(way, attempt, now, data, word);
    }

    fn touch(&self, way: usize, now: u64) {
        (**self).touch(way, now);
    }

    fn place(&self, way: usize) -> crate::connection::Place {
        (**self).place(way)
    }
}
