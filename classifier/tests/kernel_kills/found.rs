// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Failures of single calls that once lost counts.

use crate::{
    operation::{JOIN, UPGRADE},
    round::refuse,
};

/// Failed starts removed the new pins, to which the counts were carried over already.
#[test]
fn counts_outlive_a_start_that_cannot_remove_the_pins_of_another_layout() {
    refuse(&UPGRADE, ["unlink(", "/1/maps/"]);
}

/// The pins of the other layout were removed all the same.
#[test]
fn counts_outlive_a_start_that_cannot_pin_those_of_another_layout() {
    refuse(&UPGRADE, ["BPF_OBJ_PIN", "/next"]);
}

/// The counts of the tracking began at 0 again.
#[test]
fn counts_outlive_a_start_that_cannot_read_those_of_the_tracking() {
    refuse(&UPGRADE, ["BPF_OBJ_GET", "/1/maps/TALLIES"]);
}

/// The counts of the interface that had the name before were missing until the next start.
#[test]
fn counts_outlive_a_join_that_cannot_read_them() {
    refuse(&JOIN, ["BPF_MAP_LOOKUP_ELEM", ""]);
}
