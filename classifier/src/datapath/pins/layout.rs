// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Describes the layout of the pinned maps in text. It is pinned beside them, so that a build of another
//! layout can read them.

use std::path::Path;

use aya::maps::{Array, MapData, MapError};
use classifier_common::{
    abi::{MAP_ENCRYPTED, MAP_ENDPOINTS, MAP_SESSIONS, MAP_SOURCES, MAPS, PINNED},
    control::Tally,
};

use super::{PinError, agent_counters, cells};

/// Bytes of a line, padded with zeros.
const LINE: usize = 64;

/// First line of the record; to be raised when its grammar changes.
const TITLE: &str = "classifier layout 1";

const MAP: &str = "map ";
const TALLY: &str = "tally ";
const TIME: &str = "time ";
const CELL: &str = "cell ";

/// The lines of a layout record: title, debug messages on or off, maps, then the numbers of tallies,
/// histograms and counter blocks, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::datapath) struct Layout(Vec<String>);

impl Layout {
    /// Name of the pin of the record.
    pub(super) const MAP: &'static str = "LAYOUT";

    /// Describes the layout of this build with these settings.
    pub(in crate::datapath) fn of_build(debug: bool, sets: u32, sessions: u32, source_sets: u32) -> Self {
        let mut lines = vec![TITLE.to_owned(), format!("debug {debug}")];
        for (name, version) in PINNED {
            let shape = MAPS.iter().find(|shape| shape.name == name);
            let entries = |entries| match name {
                MAP_ENDPOINTS => sets as usize,
                MAP_SESSIONS | MAP_ENCRYPTED => sessions as usize,
                MAP_SOURCES => source_sets as usize,
                _ => entries,
            };
            let shape = shape.map(|map| format!(" {} {} {}", map.key, map.value, entries(map.entries)));
            lines.push(format!("{MAP}{name} {version}{}", shape.unwrap_or_default()));
        }
        lines.extend(Tally::ALL.map(|tally| format!("{TALLY}{tally:?}")));
        lines.extend(agent_counters::times().map(|name| format!("{TIME}{name}")));
        lines.extend(cells::names().into_iter().map(|name| format!("{CELL}{name}")));
        Self(lines)
    }

    /// Returns the line of a map.
    pub(super) fn map(&self, name: &str) -> Option<&str> {
        self.after(MAP).find(|line| line.split(' ').next() == Some(name))
    }

    /// Tells whether a map has the same keys and values in another layout, of any capacity.
    pub(super) fn is_alike(&self, other: &Self, name: &str) -> bool {
        let shape = |layout: &Self| Some(layout.map(name)?.rsplit_once(' ')?.0.to_owned());
        shape(self).is_some_and(|shape_here| shape(other) == Some(shape_here))
    }

    /// Names of the tracking's numbers, in their order.
    pub(super) fn tallies(&self) -> impl Iterator<Item = &str> {
        self.after(TALLY)
    }

    /// Names of the numbers of the agent's histograms, in order; they follow its tallies.
    pub(super) fn times(&self) -> impl Iterator<Item = &str> {
        self.after(TIME)
    }

    /// Names of a counter block's numbers, in their order.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.after(CELL)
    }

    fn after(&self, word: &'static str) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(move |line| line.strip_prefix(word))
    }

    #[cfg(test)]
    pub(super) const fn of_lines(lines: Vec<String>) -> Self {
        Self(lines)
    }

    /// Reads a pinned record; an error if it has another grammar.
    pub(super) fn of_map(map: MapData) -> Result<Self, MapError> {
        let lines: Array<MapData, [u8; LINE]> = Array::try_from(aya::maps::Map::from_map_data(map)?)?;
        let text = |line: [u8; LINE]| {
            let end = line.iter().position(|byte| *byte == 0).unwrap_or(LINE);
            String::from_utf8_lossy(&line[..end]).into_owned()
        };
        let lines = lines.iter().map(|line| line.map(text)).collect::<Result<Vec<_>, _>>()?;
        if lines.first().is_some_and(|title| title == TITLE) {
            Ok(Self(lines))
        } else {
            Err(MapError::ElementNotFound)
        }
    }

    /// Pins the record: a reader finds all of it or nothing.
    pub(super) fn write(&self, pin: &Path) -> Result<(), PinError> {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let of = |cause: MapError| PinError::of("write", pin)(cause);
        let mut lines = Array::<MapData, [u8; LINE]>::create(count, 0).map_err(of)?;
        for (index, text) in (0..).zip(&self.0) {
            let mut line = [0; LINE];
            for (byte, char) in line.iter_mut().zip(text.bytes()) {
                *byte = char;
            }
            lines.set(index, line, 0).map_err(of)?;
        }
        lines.pin(pin).map_err(PinError::of("pin", pin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_room() {
        let Layout(lines) = Layout::of_build(true, 16, 5, 8);
        assert!(lines.iter().all(|line| line.len() < LINE), "{lines:#?}");
    }

    #[test]
    fn what_the_settings_change_is_in_it() {
        let layout = Layout::of_build(false, 16, 5, 8);
        assert_eq!(layout.map("SESSIONS").and_then(|line| line.rsplit(' ').next()), Some("5"));
        assert_eq!(layout.map("ENDPOINTS").and_then(|line| line.rsplit(' ').next()), Some("16"));
        assert_eq!(layout.map("SOURCES").and_then(|line| line.rsplit(' ').next()), Some("8"));
        assert_eq!(layout.map("ENDPOINT"), None);
        assert_ne!(layout, Layout::of_build(true, 16, 5, 8));
        assert!(
            layout.is_alike(&Layout::of_build(true, 4, 9, 16), "SESSIONS")
                && !layout.is_alike(&layout, "NONE")
        );
        assert_eq!(layout.tallies().next(), Some("LearnedPasv"));
        assert_eq!(layout.cells().next(), Some("packets/tcp_other/to_server"));
    }
}
