// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The counters of one interface and direction, from which samples are written.

use classifier_common::counter::Counters;

use super::{catalog::label, labels::Labels};
use crate::snapshot::InterfaceSnapshot;

/// The counters of one interface and direction.
pub(super) struct Side<'s> {
    pub labels: Labels,
    pub counters: &'s Counters,
}

impl<'s> Side<'s> {
    /// Returns the counted sides of an interface.
    pub(super) fn of(interface: &'s InterfaceSnapshot) -> impl Iterator<Item = Self> {
        interface.sides().map(move |(direction, counters)| {
            let labels = [(label::INTERFACE, interface.name.as_str()), (label::DIRECTION, direction.label())];
            Self { labels: Labels::of(&labels), counters }
        })
    }
}
