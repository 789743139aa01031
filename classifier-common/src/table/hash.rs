// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hash of a connection's ends.

use crate::address::Address;

/// Multiplies by 2⁶⁴ divided by the golden ratio (Fibonacci hashing). The upper bits of the product depend on
/// all bits of the number.
#[inline(always)]
#[must_use]
pub const fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Mixes all bits of two addresses; their order matters.
#[inline(always)]
#[must_use]
pub const fn hosts(one: Address, other: Address) -> u64 {
    one.mixed() ^ other.mixed().rotate_left(13)
}

/// Hashes two addresses and `rest`, whatever else distinguishes a pair's keys. The upper bits and the lowest
/// sixteen depend on all of them.
#[inline(always)]
#[must_use]
pub const fn ends(one: Address, other: Address, rest: u64) -> u64 {
    let product = spread(hosts(one, other) ^ spread(rest));
    // Folded, because the low bits of a product depend on few bits of its factors: its highest sixteen alone depend on all.
    spread(product ^ product >> 29) ^ product >> 48
}

/// Returns the bucket of a hash in a table of `buckets`, a power of two.
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "as many bits are left as the table has buckets")]
pub const fn bucket(hash: u64, buckets: usize) -> usize {
    (hash >> (64 - buckets.trailing_zeros())) as usize
}
