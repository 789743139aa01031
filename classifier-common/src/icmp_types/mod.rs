// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP types and codes folded into a bounded row of counters.

mod registry;

use core::num::NonZeroU8;

pub use self::registry::{AssignedType, V4, V6};
use crate::wire::Family;

/// Number of counters for ICMP types and codes of both IP versions.
pub const CELLS: usize = 256;

/// Error messages that quote a packet, in the order of their counters.
pub const ERRORS: [(Family, u8); 9] = [
    (Family::V4, 3),
    (Family::V4, 4),
    (Family::V4, 5),
    (Family::V4, 11),
    (Family::V4, 12),
    (Family::V6, 1),
    (Family::V6, 2),
    (Family::V6, 3),
    (Family::V6, 4),
];

/// Returns the row of an error type in [`ERRORS`]; `None` for messages without a quote.
#[inline(always)]
#[must_use]
pub const fn error_row(family: Family, kind: u8) -> Option<u8> {
    match (family, kind) {
        (Family::V4, 3..=5) => Some(kind - 3),
        (Family::V4, 11..=12) => Some(kind - 8),
        (Family::V6, 1..=4) => Some(kind + 4),
        _ => None,
    }
}

/// Counters of a type: its codes, its extra code if it has one, then all other codes together. Packed to be
/// read at once. Bits 0–7: first counter; 8–15: number of codes; 16–23: extra code; 24: whether the message
/// needs more than counting.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Row(u32);

impl Row {
    const fn new(base: usize, codes: u8, extra_code: u8, more: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the total is asserted to stay below 256")]
        Self(base as u32 | (codes as u32) << 8 | (extra_code as u32) << 16 | (more as u32) << 24)
    }

    #[inline(always)]
    fn of(family: Family, kind: u8) -> Self {
        let rows = match family {
            Family::V4 => &V4_ROWS,
            Family::V6 => &V6_ROWS,
        };
        // A u8 always finds its row; the default keeps the kernel build free of panics.
        rows.get(usize::from(kind)).copied().unwrap_or(UNASSIGNED)
    }

    #[inline(always)]
    const fn has_more(self) -> bool {
        self.0 >> 24 != 0
    }

    /// Returns the counter of a code.
    #[inline(always)]
    const fn cell(self, code: u8) -> IcmpCell {
        let [base, codes, extra_code, _] = self.0.to_le_bytes();
        let index = if code < codes {
            base + code
        } else if extra_code == 0 || code == extra_code {
            base + codes
        } else {
            base + codes + 1
        };
        IcmpCell(NonZeroU8::MIN.saturating_add(index))
    }
}

/// Counter of an ICMP type and code: its row plus one, so that no message is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IcmpCell(NonZeroU8);

impl IcmpCell {
    /// Returns the counter of a message. Unassigned types share one, and unnamed codes of a type share one.
    #[inline(always)]
    #[must_use]
    pub fn of(family: Family, kind: u8, code: u8) -> Self {
        Row::of(family, kind).cell(code)
    }

    /// Returns the counter of a message whose type is neither an error with a quote nor a redirect.
    #[inline(always)]
    #[must_use]
    pub fn of_plain(family: Family, kind: u8, code: u8) -> Option<Self> {
        let row = Row::of(family, kind);
        if row.has_more() { None } else { Some(row.cell(code)) }
    }

    /// Returns whether this counts redirects (RFC 792 type 5, RFC 4861 type 137), of any code.
    #[inline(always)]
    #[must_use]
    pub fn is_redirect(self) -> bool {
        REDIRECTS.iter().any(|cells| cells.contains(&self.0.get()))
    }

    #[inline(always)]
    pub(crate) const fn number(self) -> NonZeroU8 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn from_number(number: NonZeroU8) -> Self {
        Self(number)
    }

    /// Returns the row in the counters, below [`CELLS`].
    #[inline(always)]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Labels of a counter: label values of `classifier_icmp_packets_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellLabels {
    /// IP version.
    pub family: Family,
    /// Number of the type; `None` for all unassigned types.
    pub kind: Option<u8>,
    /// Number of the code; `None` for all unnamed codes of the type.
    pub code: Option<u8>,
    /// Name of the type.
    pub name: &'static str,
}

/// Iterates over the labels of all counters, in the order of the counters.
pub fn cells() -> impl Iterator<Item = CellLabels> {
    [(Family::V4, V4), (Family::V6, V6)].into_iter().flat_map(|(family, types)| {
        let unassigned = CellLabels { family, kind: None, code: None, name: "unassigned" };
        core::iter::once(unassigned).chain(types.iter().flat_map(move |assigned| {
            let extra = (assigned.extra_code != 0).then_some(Some(assigned.extra_code));
            let codes = (0..assigned.codes).map(Some).chain(extra).chain([None]);
            codes.map(move |code| CellLabels {
                family,
                kind: Some(assigned.number),
                code,
                name: assigned.name,
            })
        }))
    })
}

const UNASSIGNED: Row = Row(0);

/// Returns the type of a redirect.
const fn redirect(family: Family) -> u8 {
    match family {
        Family::V4 => 5,
        Family::V6 => 137,
    }
}

/// Indices of the redirect counters, for both IP versions.
const REDIRECTS: [core::ops::RangeInclusive<u8>; 2] =
    [redirect_cells(&V4_LAYOUT.0, Family::V4), redirect_cells(&V6_LAYOUT.0, Family::V6)];

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where a slip is a build error")]
const fn redirect_cells(rows: &[Row; 256], family: Family) -> core::ops::RangeInclusive<u8> {
    let [base, codes, ..] = rows[redirect(family) as usize].0.to_le_bytes();
    base + 1..=base + 1 + codes
}

const V4_LAYOUT: ([Row; 256], usize) = layout(Family::V4, V4, 0);
const V6_LAYOUT: ([Row; 256], usize) = layout(Family::V6, V6, V4_LAYOUT.1);
static V4_ROWS: [Row; 256] = V4_LAYOUT.0;
static V6_ROWS: [Row; 256] = V6_LAYOUT.0;

const _: () = assert!(V6_LAYOUT.1 < CELLS, "the ICMP counters are full");

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where a slip is a build error")]
const fn layout(family: Family, types: &[AssignedType], first: usize) -> ([Row; 256], usize) {
    let mut rows = [Row::new(first, 0, 0, false); 256];
    let mut base = first + 1;
    let mut i = 0;
    while i < types.len() {
        let AssignedType { number, codes, extra_code, .. } = types[i];
        let more = error_row(family, number).is_some() || number == redirect(family);
        rows[number as usize] = Row::new(base, codes, extra_code, more);
        base += codes as usize + 1 + (extra_code != 0) as usize;
        i += 1;
    }
    (rows, base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_cells_agree_on_every_type_and_code() {
        let labels: Vec<_> = cells().collect();
        for (family, types) in [(Family::V4, V4), (Family::V6, V6)] {
            for kind in 0..=255 {
                for code in 0..=255 {
                    let label = labels[IcmpCell::of(family, kind, code).index()];
                    let known = types.iter().find(|assigned| assigned.number == kind);
                    let named = known.is_some_and(|assigned| {
                        code < assigned.codes || (code != 0 && code == assigned.extra_code)
                    });
                    let expected = CellLabels {
                        family,
                        kind: known.map(|assigned| assigned.number),
                        code: named.then_some(code),
                        name: known.map_or("unassigned", |assigned| assigned.name),
                    };
                    assert_eq!(label, expected, "{family:?} {kind}/{code}");
                }
            }
        }
    }

    #[test]
    fn redirects_are_those_of_both_families_and_nothing_else() {
        for family in [Family::V4, Family::V6] {
            for kind in 0..=255 {
                for code in 0..=255 {
                    let is_one = (family, kind) == (Family::V4, 5) || (family, kind) == (Family::V6, 137);
                    assert_eq!(
                        IcmpCell::of(family, kind, code).is_redirect(),
                        is_one,
                        "{family:?} {kind}/{code}"
                    );
                }
            }
        }
    }

    #[test]
    fn error_rows_are_the_table_of_errors() {
        for (row, (family, kind)) in ERRORS.into_iter().enumerate() {
            assert_eq!(error_row(family, kind).map(usize::from), Some(row));
        }
        let quoting = |family| (0..=255).filter(|kind| error_row(family, *kind).is_some()).count();
        assert_eq!(quoting(Family::V4) + quoting(Family::V6), ERRORS.len());
    }

    #[test]
    fn errors_and_redirects_alone_need_more_than_counting() {
        for family in [Family::V4, Family::V6] {
            for kind in 0..=255 {
                let cell = IcmpCell::of(family, kind, 0);
                let has_more = error_row(family, kind).is_some() || cell.is_redirect();
                let expected = if has_more { None } else { Some(cell) };
                assert_eq!(IcmpCell::of_plain(family, kind, 0), expected, "{family:?} {kind}");
            }
        }
    }

    #[test]
    fn a_cell_is_known_by_its_number_and_has_a_row() {
        let count = cells().count();
        assert!(count < CELLS);
        for (row, number) in (1..=u8::MAX).filter_map(NonZeroU8::new).enumerate().take(count) {
            let cell = IcmpCell::from_number(number);
            assert_eq!((cell.number(), cell.index()), (number, row));
        }
    }
}
