// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Thousands of short transfers, many at a time: no packet is missed under load, and no entry is left after
//! the end.

mod busy;
mod churn;
#[path = "../support/counts.rs"]
mod counts;
#[path = "../support/endpoints.rs"]
mod endpoints;
mod long_segments;
mod missed;
#[path = "../support/network.rs"]
mod network;
#[path = "../support/truth.rs"]
mod truth;
#[path = "../support/watch.rs"]
mod watch;

use busy::Busy;
use missed::no_packet_is_missed;

#[test]
fn no_packet_of_two_thousand_short_transfers_is_missed() {
    println!("{}", no_packet_is_missed("auto", || ()));
}

#[test]
fn no_packet_of_two_thousand_short_transfers_is_missed_by_native_xdp() {
    println!("{}", no_packet_is_missed("native", || ()));
}

#[test]
fn no_packet_is_missed_while_every_processor_is_busy() {
    println!("{}", no_packet_is_missed("auto", Busy::everywhere));
}
