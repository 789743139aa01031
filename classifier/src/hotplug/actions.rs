// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Actions that the desired state asks for.

use crate::interfaces::Interface;

/// Actions for the caller, in the order of the fields. The desired state assumes that all but `attach` have
/// succeeded; the results of attaching are reported back to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Actions {
    /// Attached interfaces that have gone: their counters are final.
    pub gone: Vec<u32>,
    /// Attached interfaces that are no longer wanted.
    pub unwanted: Vec<u32>,
    /// Interfaces with a new name, attached or not: their counters get the name.
    pub renamed: Vec<Renamed>,
    /// Names whose series end.
    pub forgotten: Vec<String>,
    /// Interfaces to attach, also attached ones whose hooks change.
    pub attach: Vec<Interface>,
}

/// An interface with a new name.
#[derive(Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Index of the interface.
    pub index: u32,
    /// Old name.
    pub from: String,
    /// New name.
    pub to: String,
}

impl Actions {
    /// Tells whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
