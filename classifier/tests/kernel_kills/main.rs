// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An agent that is killed before one of its system calls, or whose call fails, at every call that changes pins or
//! what is attached. Whatever the call, a fresh start finds the counts of a model.
//!
//! `strace` kills, and makes calls fail. The suite tries a few calls of each operation, `cargo xtask kills` all.
#![expect(clippy::print_stderr, reason = "an hour is long: each round is reported")]
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod calls;
mod found;
mod ftp;
mod interface;
#[expect(dead_code, reason = "other tests wait for interfaces that come and go")]
#[path = "../kernel_hotplug/node.rs"]
mod node;
mod operation;
#[path = "../support/other_layout.rs"]
mod other_layout;
mod round;
mod scene;
mod tracer;

use operation::{
    DETACH, JOIN, JOINED_START, RENAME, RENAMED_START, RENAMED_UPGRADE, START, TAKEOVER, UPGRADE,
};

/// Calls of each operation at which the suite kills, and those that it makes fail.
const SAMPLE: [usize; 2] = [1, 1];

/// Returns the number of calls of each operation that `cargo xtask kills` tries, of each kind.
fn asked() -> usize {
    std::env::var("CLASSIFIER_KILLS_CALLS").map_or(usize::MAX, |text| text.parse().expect("a number"))
}

macro_rules! operations {
    ($($name:ident $operation:ident)*) => {
        $(
            #[test]
            fn $name() {
                round::try_calls(&$operation, SAMPLE);
            }
        )*

        mod every_call {
            $(
                #[test]
                #[ignore = "an hour: cargo xtask kills"]
                fn $name() {
                    super::round::try_calls(&super::$operation, [super::asked(); 2]);
                }
            )*
        }
    };
}

operations! {
    a_start START
    a_start_with_pins TAKEOVER
    a_start_with_pins_of_another_layout UPGRADE
    a_start_after_names_were_swapped RENAMED_START
    a_start_with_pins_of_another_layout_after_names_were_swapped RENAMED_UPGRADE
    a_start_after_a_name_was_taken JOINED_START
    names_are_swapped RENAME
    a_name_is_taken JOIN
    pins_are_removed DETACH
}
