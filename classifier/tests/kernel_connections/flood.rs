// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A flood of SYNs fills the table at most, and evictions are counted.

use classifier_common::{
    abi::{Direction, PROGRAM_INGRESS},
    connection::ENTRIES,
    fixtures::{
        connection_traces::{ConnTraceEnv as _, counted},
        ftp_traces::network::Network,
    },
};
use testbed::Lab;

use crate::kernel_world::KernelWorld;

const FLOOD: u32 = 100_000;

#[test]
fn a_flood_is_bounded_and_what_gives_way_is_counted() {
    let network = Network { v6: false, tagged: false };
    let found = Lab::new().host("harness").enter(|| {
        let mut world = KernelWorld::new(PROGRAM_INGRESS, None);
        for nth in 0..FLOOD {
            let port = u16::try_from(nth & 0xffff).unwrap();
            let host = if nth >> 16 == 0 { 1 } else { 3 };
            let syn = network.frame([(host, port), (2, 25)], 2, (nth, 0), b"");
            world.see(&syn, Direction::Ingress).unwrap();
        }
        world.wait(11).unwrap();
        counted(&world.counters())
    });
    let (evicted, unanswered) = (found["in evicted"], found["in smtp unanswered"]);
    assert_eq!(evicted + unanswered, u64::from(FLOOD), "{found:?}");
    assert!(evicted >= u64::from(FLOOD) - ENTRIES as u64 && unanswered > ENTRIES as u64 / 2, "{found:?}");
}
