// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Forwarding rates by source.

use std::cell::RefCell;

use lru::LruCache;

use super::bounded;
use crate::{abi::RATES, address::Address};

const SECOND: u64 = 1_000_000_000;

/// Current second and number of its segments, by source.
pub struct Rates(RefCell<LruCache<Address, (u64, u64)>>);

impl Default for Rates {
    fn default() -> Self {
        Self(RefCell::new(bounded(RATES)))
    }
}

impl Rates {
    /// Counts one more segment of a source; returns whether it is within `limit` per second.
    pub fn admit(&self, source: Address, now: u64, limit: u64) -> bool {
        let second = now / SECOND;
        let mut rates = self.0.borrow_mut();
        let rate = rates.get_or_insert_mut(source, || (second, 0));
        if rate.0 != second {
            *rate = (second, 0);
        }
        rate.1 += 1;
        rate.1 <= limit
    }
}
