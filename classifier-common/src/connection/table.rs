//! What following connections asks of its surroundings.

use super::{Ended, Set};

/// The kernel's maps, or memory of one's own.
pub trait Table {
    /// Sets of the table.
    type Set: Set;

    /// A set of the table, by its number.
    fn set(&self, number: usize) -> Option<Self::Set>;

    /// One more place is taken that time alone can end.
    fn waits(&self);

    /// One less.
    fn waits_no_more(&self);

    /// Counts what is known.
    fn count(&self, ended: Ended);
}
