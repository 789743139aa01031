//! The table of connections, as the programs see it.

use aya_ebpf::{bindings::BPF_F_MMAPABLE, btf_maps::Array, macros::btf_map};
use classifier_common::connection::{
    Attempt, Ended, PLACES, Place, SETS, Set, State, Table, WAYS, Word, units,
};

use crate::{atomic, follow::classifier_ended, sessions, verifier::opaque};

#[btf_map]
static CONNECTIONS: Array<[Place; WAYS], SETS> = Array::new();

#[btf_map]
static WAITING: Array<u64, 1, { BPF_F_MMAPABLE as usize }> = Array::new();

/// Places that time alone can end.
#[inline(always)]
pub fn waiting() -> u64 {
    // SAFETY: one word of the map's value.
    WAITING.get_ptr(0).map_or(0, |waiting| unsafe { waiting.read_volatile() })
}

#[inline(always)]
fn add(number: u64) {
    if let Some(waiting) = WAITING.get_ptr_mut(0) {
        // SAFETY: eight aligned bytes of the map's value.
        unsafe { atomic::add(waiting, number) };
    }
}

/// The whole table.
pub struct Connections;

impl Connections {
    /// The set that holds the place with this number, and which of its places that is.
    #[inline(always)]
    pub fn at(self, place: usize) -> Option<(SharedSet, usize)> {
        let place = opaque(place) % PLACES;
        Some((self.set(place / WAYS)?, place % WAYS))
    }
}

impl Table for Connections {
    type Set = SharedSet;

    #[inline(always)]
    fn set(&self, number: usize) -> Option<SharedSet> {
        CONNECTIONS.get_ptr_mut(number as u32).map(SharedSet)
    }

    #[inline(always)]
    fn waits(&self) {
        add(1);
    }

    #[inline(always)]
    fn waits_no_more(&self) {
        add(1_u64.wrapping_neg());
    }

    #[inline(always)]
    fn count(&self, ended: Ended) {
        if let Some(work) = sessions::work() {
            // SAFETY: this CPU's value of the map, and nobody else's.
            unsafe { (*work).ended = ended };
            classifier_ended();
        }
    }
}

/// One set of the map, shared with other CPUs.
pub struct SharedSet(*mut [Place; WAYS]);

impl SharedSet {
    #[inline(always)]
    fn at(&self, way: usize) -> *mut Place {
        // SAFETY: the remainder is below WAYS, so the place lies within the map's value.
        unsafe { self.0.cast::<Place>().add(opaque(way) % WAYS) }
    }
}

impl Set for SharedSet {
    #[inline(always)]
    fn word(&self, way: usize) -> Word {
        // SAFETY: in range as above; volatile, for others change it meanwhile.
        unsafe { (&raw const (*self.at(way)).word).read_volatile() }
    }

    #[inline(always)]
    fn is_of(&self, way: usize, attempt: &Attempt) -> bool {
        // SAFETY: in range as above. Torn by a writer, the ends do not match, or the word that is replaced afterwards is
        // not the one that was read.
        unsafe { (*self.at(way)).attempt() == *attempt }
    }

    #[inline(always)]
    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        // SAFETY: in range as above, and aligned as every place is.
        let seen = unsafe {
            let word = (&raw mut (*self.at(way)).word).cast();
            atomic::compare_exchange(word, old.bits(), new.bits())
        };
        seen == old.bits()
    }

    #[inline(always)]
    fn fill(&self, way: usize, attempt: &Attempt, now: u64, data: u32, word: Word) {
        let place = self.at(way);
        // SAFETY: in range as above; the place is claimed, so nobody else writes to it.
        unsafe {
            (&raw mut (*place).client).write_volatile(attempt.client);
            (&raw mut (*place).server).write_volatile(attempt.server);
            (&raw mut (*place).since).write_volatile(now);
            (&raw mut (*place).seen).write_volatile(units(now));
            (&raw mut (*place).data).write_volatile(data);
            (&raw mut (*place).client_port).write_volatile(attempt.client_port);
            (&raw mut (*place).server_port).write_volatile(attempt.server_port);
            (&raw mut (*place).interface).write_volatile(attempt.interface);
        }
        self.replace(way, word.in_state(State::Claimed), word);
    }

    #[inline(always)]
    fn touch(&self, way: usize, now: u64) {
        // SAFETY: in range as above; whichever CPU writes last has the time.
        unsafe { (&raw mut (*self.at(way)).seen).write_volatile(units(now)) };
    }

    #[inline(always)]
    fn forget(&self, way: usize) -> usize {
        // The upper half of a state's byte, which nobody but the verifier takes for anything but 0.
        let zero = opaque(self.word(way).bits() as usize) >> 36 & 0xf;
        opaque(zero + way) % WAYS
    }

    #[inline(always)]
    fn place(&self, way: usize) -> Place {
        // SAFETY: in range as above; what another CPU writes meanwhile goes with another word, which is asked for before
        // anything is made of it.
        unsafe { self.at(way).read() }
    }
}
