//! What a roster wants done.

use crate::interfaces::Interface;

/// What is to be done, in this order. All of it but attaching counts as done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Attached interfaces that are gone: their counters are final.
    pub gone: Vec<u32>,
    /// Attached interfaces that are there and no longer wanted.
    pub unwanted: Vec<u32>,
    /// Attached interfaces that have another name now.
    pub renamed: Vec<(u32, String)>,
    /// Names whose series end.
    pub forgotten: Vec<String>,
    /// Interfaces to attach; one that is attached, anew.
    pub attach: Vec<Interface>,
}

impl Plan {
    /// Nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
