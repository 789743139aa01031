//! The types that cross the system call as plain bytes.
#![expect(unsafe_code, reason = "the trait's promise can only be given with the word")]

use crate::{counter::Counters, fragment::FragmentKey};

// SAFETY: `repr(C)`, all fields are `u32` and `u64` in descending-free order without padding (the two
// `u32` come first and fill 8 bytes), so every bit pattern is a value and no byte is uninitialised.
unsafe impl aya::Pod for Counters {}

// SAFETY: `repr(C)` over byte arrays and bytes, 40 of them, so there is no padding.
unsafe impl aya::Pod for FragmentKey {}

const _: () = assert!(size_of::<FragmentKey>() == 16 + 16 + 4 + 1 + 1 + 2);
