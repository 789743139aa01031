// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The boundary between the kernel object and user space, as numbers.

use classifier_common::{
    abi::{EVENT_BYTES, FRAGMENTS, INTERFACES, MAP_PREFIXES, MAPS, PINNED, slot},
    dry_run::PREFIXES,
};

#[test]
fn an_interface_has_the_slot_of_its_lowest_bits() {
    for (index, expected) in [(0, 0), (1, 1), (4095, 4095), (4096, 0), (4097, 1), (u32::MAX, 4095)] {
        assert_eq!(slot(index), expected, "{index}");
    }
    assert_eq!(INTERFACES, 4096);
}

#[test]
fn bounds_are_as_documented() {
    assert_eq!((FRAGMENTS, EVENT_BYTES), (16_384, 1 << 20));
}

/// Shapes of pinned maps with the version of their layout: key, value, and number of entries. An agent adopts a map of a
/// predecessor by its name and version, so a shape that changes needs a new version.
const LAYOUTS: [(&str, u32, usize, usize, usize); 19] = [
    ("COUNTERS", 2, 4, 4, 4096),
    ("SLOTS", 1, 4, 4, 4096),
    ("UNATTRIBUTED", 1, 4, 8, 1),
    ("FRAGMENTS", 3, 4, 448, 2048),
    ("REMEMBERED", 3, 4, 8, 1),
    ("PORTS", 1, 4, 524_288, 1),
    ("ENDPOINTS", 2, 4, 256, 16_384),
    ("SESSIONS", 2, 40, 368, 65_536),
    ("POLICY", 1, 4, 24, 1),
    ("ENCRYPTED", 2, 32, 8, 65_536),
    ("TALLIES", 2, 4, 288, 1),
    ("EVENTS", 1, 0, 0, 1_048_576),
    ("SOURCES", 1, 4, 912, 512),
    ("SERVICES", 1, 4, 912, 128),
    ("SEEN", 1, 4, 4096, 5),
    ("CONNECTIONS", 4, 4, 1024, 1024),
    ("TAGS", 4, 4, 32, 1024),
    ("WAITING", 4, 4, 8, 1),
    ("LISTENERS", 3, 4, 48, 16_384),
];

#[test]
fn a_pinned_map_changes_its_shape_with_its_version_alone() {
    let shapes = PINNED.into_iter().filter_map(|(name, version)| {
        let shape = MAPS.into_iter().find(|shape| shape.name == name)?;
        Some((name, version, shape.key, shape.value, shape.entries))
    });
    assert_eq!(shapes.collect::<Vec<_>>(), LAYOUTS);
    let prefixes = MAPS.into_iter().find(|shape| shape.name == MAP_PREFIXES).map(|shape| shape.entries);
    assert_eq!(prefixes, Some(2 * PREFIXES), "of two IP versions");
}
