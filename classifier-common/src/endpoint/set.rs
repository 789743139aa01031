//! The table: sets of a few places, found by addresses and port.

use super::{Owner, Word, address::Address};

/// Places in a set.
pub const WAYS: usize = 4;
/// Sets in the table.
pub const SETS: usize = 16_384;

/// A place of the table, as kernel and agent share it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Endpoint {
    /// The host that announced the port.
    pub address: Address,
    /// The host that may dial it.
    pub peer: Address,
    /// Its life: see [`Word`].
    pub word: Word,
    /// When it came into this state, in nanoseconds of the kernel's monotonic clock.
    pub since: u64,
    /// The control connection that it belongs to: see [`crate::abi`].
    pub session: u64,
    /// Zero.
    pub reserved: u64,
}

/// The number of a place among all of the table's, from 1: 0 is none.
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "there are 65,536 places")]
pub const fn slot(set: usize, way: usize) -> u32 {
    (set * WAYS + way + 1) as u32
}

/// The set and the place in it that a slot stands for.
#[inline(always)]
#[must_use]
pub const fn place_of(slot: u32) -> (usize, usize) {
    let place = slot.wrapping_sub(1) as usize;
    (place / WAYS % SETS, place % WAYS)
}

/// One set, in memory that others change meanwhile.
pub trait Set {
    /// The word of a place.
    fn word(&self, way: usize) -> Word;

    /// The words of all places.
    #[inline(always)]
    fn words(&self) -> [Word; WAYS] {
        core::array::from_fn(|way| self.word(way))
    }

    /// Whether a place is of these hosts.
    fn is_of(&self, way: usize, owner: &Owner) -> bool;

    /// Puts `new` where `old` still is, and notes the time; `false` if `old` is not there any more.
    fn replace(&self, way: usize, old: Word, new: Word) -> bool;

    /// Fills in a place whose word is [`Word::CLAIMED`]; the word itself comes last.
    fn fill(&self, way: usize, owner: &Owner, session: u64, word: Word);

    /// When a place came into its state.
    fn since(&self, way: usize) -> u64;

    /// The control connection that a place belongs to.
    fn session(&self, way: usize) -> u64;

    /// Notes in the port table that one more endpoint has this number, before it can be found.
    fn port_taken(&self, port: u16);

    /// Notes in the port table that one endpoint less has this number.
    fn port_left(&self, port: u16);
}

/// The set that an announced port belongs into.
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "fourteen bits are left")]
pub const fn set_of(owner: &Owner) -> usize {
    // Fibonacci hashing: the upper bits of a product with 2⁶⁴ divided by the golden ratio.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed =
        owner.address.mixed() ^ owner.peer.mixed().rotate_left(13) ^ (owner.port as u64).rotate_left(48);
    (mixed.wrapping_mul(GOLDEN) >> (64 - SETS.trailing_zeros())) as usize
}
