// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of all interfaces that the page shows, added up once for all sections. Those of a thousand interfaces
//! are 32 MB, more than the caches of a CPU hold.

use classifier_common::{abi::Direction, counter::Counters};

use crate::snapshot::InterfaceSnapshot;

/// Counters by [`Direction`], each the sum over some interfaces.
type Sums = [Option<Box<Counters>>; Direction::ALL.len()];

/// Sums over the interfaces.
#[derive(Default)]
pub(super) struct Totals {
    /// Interfaces whose egress is counted. Without egress, answers are not seen: an outcome is no evidence.
    whole: Sums,
    /// The other interfaces.
    partial: Sums,
}

impl Totals {
    pub fn of<'i>(interfaces: impl Iterator<Item = &'i InterfaceSnapshot>) -> Self {
        let mut totals = Self::default();
        for one in interfaces {
            let is_whole = one.side(Direction::Egress).is_some();
            let sums = if is_whole { &mut totals.whole } else { &mut totals.partial };
            for (direction, counters) in one.sides() {
                match &mut sums[direction as usize] {
                    Some(sum) => sum.merge(counters),
                    none => *none = Some(Box::new(*counters)),
                }
            }
        }
        totals
    }

    /// Iterates over the sums of each direction, of which there may be two.
    pub fn sides(&self) -> impl Iterator<Item = (Direction, &Counters)> {
        let both = [&self.whole, &self.partial].into_iter();
        both.flat_map(|sums| {
            let of = |direction: Direction| Some((direction, sums[direction as usize].as_deref()?));
            Direction::ALL.into_iter().filter_map(of)
        })
    }

    /// Returns the sum of a direction over the interfaces whose egress is counted; `None` if there are none.
    pub fn whole(&self, direction: Direction) -> Option<&Counters> {
        self.whole[direction as usize].as_deref()
    }
}
