//! The table: sets of a few places, found by the ends of a connection.

use super::{Attempt, Word};
use crate::endpoint::Address;

/// Places in a set: with so many, a table that is half full turns next to none away.
pub const WAYS: usize = 16;
/// Sets in the table.
pub const SETS: usize = 1024;
/// Places in the table.
pub const PLACES: usize = SETS * WAYS;

/// A place of the table: 64 bytes, 1 MiB in all.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Place {
    /// Who sent the SYN.
    pub client: Address,
    /// To whom.
    pub server: Address,
    /// Its life.
    pub word: Word,
    /// When its first SYN was seen, in nanoseconds of the kernel's monotonic clock.
    pub since: u64,
    /// When the last packet was seen that belongs to it, in units of 2²⁰ ns; wraps.
    pub seen: u32,
    /// Bytes that its SYN held (RFC 7413): the answer may acknowledge as many more.
    pub data: u32,
    /// Ports of either end.
    pub client_port: u16,
    /// See above.
    pub server_port: u16,
    /// Index of the interface.
    pub interface: u32,
}

const _: () = assert!(size_of::<Place>() == 64);

impl Place {
    /// One that a SYN has just taken.
    #[inline(always)]
    #[must_use]
    pub const fn filled(attempt: &Attempt, now: u64, data: u32, word: Word) -> Self {
        let Attempt { client, server, client_port, server_port, interface } = *attempt;
        Self { client, server, word, since: now, seen: units(now), data, client_port, server_port, interface }
    }

    /// Its ends.
    #[inline(always)]
    #[must_use]
    pub const fn attempt(&self) -> Attempt {
        let Self { client, server, client_port, server_port, interface, .. } = *self;
        Attempt { client, server, client_port, server_port, interface }
    }
}

/// One set, in memory that others change meanwhile.
pub trait Set {
    /// The word of a place.
    fn word(&self, way: usize) -> Word;

    /// Whether a place is of these ends.
    fn is_of(&self, way: usize, attempt: &Attempt) -> bool;

    /// Puts `new` where `old` still is; `false` if it is not there any more.
    fn replace(&self, way: usize, old: Word, new: Word) -> bool;

    /// Fills in a place that is claimed; the word comes last.
    fn fill(&self, way: usize, attempt: &Attempt, now: u64, data: u32, word: Word);

    /// Something of a place's connection is seen.
    fn touch(&self, way: usize, now: u64);

    /// The same place, of which the verifier knows no more than that it is in the set.
    #[inline(always)]
    fn forget(&self, way: usize) -> usize {
        way
    }

    /// The place as it stands; others may change it meanwhile.
    fn place(&self, way: usize) -> Place;
}

/// Units of [`Place::seen`] from `seen` to `now` in nanoseconds.
#[inline(always)]
pub(super) const fn units_since(seen: u32, now: u64) -> u32 {
    units(now).wrapping_sub(seen)
}

/// A time in nanoseconds as [`Place::seen`] has it.
#[inline(always)]
#[must_use]
pub const fn units(now: u64) -> u32 {
    (now >> 20 & 0xffff_ffff) as u32
}

/// A number in which all of the ends have a part: the upper bits say in which set they belong, the lowest sixteen tell
/// places in it apart.
#[inline(always)]
pub(super) const fn hash(attempt: &Attempt) -> u64 {
    // Fibonacci hashing, as for endpoints; folded, for the low bits of a product say little.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let ports =
        attempt.client_port as u64 | (attempt.server_port as u64) << 16 | (attempt.interface as u64) << 32;
    let mixed = attempt.client.mixed() ^ attempt.server.mixed().rotate_left(13);
    let product = (mixed ^ ports.wrapping_mul(GOLDEN)).wrapping_mul(GOLDEN);
    (product ^ product >> 29).wrapping_mul(GOLDEN) ^ product >> 32
}

/// The set that a connection's place is in.
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "ten bits are left")]
pub const fn set_of(attempt: &Attempt) -> usize {
    (hash(attempt) >> (64 - SETS.trailing_zeros())) as usize
}

#[cfg(any(test, feature = "host"))]
mod host {
    use std::cell::RefCell;

    use super::{Attempt, Place, Set, WAYS, Word, units};

    /// A set in user space's own memory.
    #[derive(Clone, Debug, Default)]
    pub struct HostSet(RefCell<[Place; WAYS]>);

    impl HostSet {
        fn at<T: Default>(&self, way: usize, look: impl FnOnce(&mut Place) -> T) -> T {
            self.0.borrow_mut().get_mut(way).map(look).unwrap_or_default()
        }
    }

    impl Set for HostSet {
        fn word(&self, way: usize) -> Word {
            self.at(way, |place| place.word)
        }

        fn is_of(&self, way: usize, attempt: &Attempt) -> bool {
            self.at(way, |place| place.attempt() == *attempt)
        }

        fn replace(&self, way: usize, old: Word, new: Word) -> bool {
            self.at(way, |place| {
                let there = place.word == old;
                if there {
                    place.word = new;
                }
                there
            })
        }

        fn fill(&self, way: usize, attempt: &Attempt, now: u64, data: u32, word: Word) {
            self.at(way, |place| *place = Place::filled(attempt, now, data, word));
        }

        fn touch(&self, way: usize, now: u64) {
            self.at(way, |place| place.seen = units(now));
        }

        fn place(&self, way: usize) -> Place {
            self.at(way, |place| *place)
        }
    }
}

#[cfg(any(test, feature = "host"))]
pub use host::HostSet;
