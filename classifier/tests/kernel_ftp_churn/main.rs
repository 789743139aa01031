//! Thousands of short transfers, many at a time: none of their packets is missed, whatever else the machine
//! does, and nothing of them is kept when they have ended.

mod busy;
mod churn;
#[path = "../support/counts.rs"]
mod counts;
#[path = "../support/endpoints.rs"]
mod endpoints;
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
