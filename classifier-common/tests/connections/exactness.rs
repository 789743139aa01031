// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Exactness of connection counts: however packets of many connections are repeated and mixed, each
//! connection is counted once. Pending connections are those neither counted nor evicted.

use std::collections::BTreeSet;

use classifier_common::{
    connection::{BUCKETS, ConnTable as _, ENTRIES},
    fixtures::{
        connection_traces::{ConnTraceEnv, HostConnEnv, counted},
        ftp_traces::network::Network,
    },
    packet::Direction,
};
use proptest::prelude::*;

/// Events of a connection: kinds, repetitions and order of its packets.
#[derive(Clone, Copy, Debug)]
struct Met {
    answer: u8,
    again: u8,
}

const NETWORK: Network = Network { v6: false, tagged: false };

fn frame(port: u16, of_client: bool, flags: u8, numbers: (u32, u32)) -> Vec<u8> {
    let (client, server) = ((1, port), (2, 25));
    NETWORK.frame(if of_client { [client, server] } else { [server, client] }, flags, numbers, b"")
}

/// Returns the packets of connection `nth`, repeated and in order.
fn packets(nth: u16, met: Met) -> Vec<(Vec<u8>, Direction)> {
    let (port, number) = (20_000 + nth, u32::from(nth) * 7919);
    let mut all = Vec::new();
    let mut put = |of_client, flags, numbers| {
        let direction = if of_client { Direction::Ingress } else { Direction::Egress };
        all.extend((0..=met.again).map(|_| (frame(port, of_client, flags, numbers), direction)));
    };
    put(true, 2, (number, 0));
    match met.answer {
        0 => put(false, 0x12, (9, number.wrapping_add(1))),
        1 => put(false, 0x14, (0, number.wrapping_add(1))),
        _ => {}
    }
    put(true, 2, (number, 0));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_connection_is_counted_once(
        mets in prop::collection::vec((0_u8..3, 0_u8..4), 1..200),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1500),
    ) {
        let mut queues: Vec<_> = (0..).zip(&mets)
            .map(|(nth, (answer, again))| packets(nth, Met { answer: *answer, again: *again }).into_iter())
            .collect();
        let mut env = HostConnEnv::new();
        let mut picks = picks.iter().cycle();
        while !queues.is_empty() {
            let at = picks.next().expect("a cycle").index(queues.len());
            match queues[at].next() {
                Some((frame, direction)) => env.classify(&frame, direction),
                None => drop(queues.swap_remove(at)),
            }
        }
        let of = |answer| mets.iter().filter(|(met, _)| *met == answer).count() as u64;
        prop_assert_eq!(env.connections().waiting(), of(0) + of(2), "established ones are listened to");
        env.wait(11).expect("time passes");
        let found = counted(&env.counters());
        let count = |name: &str| found.get(&format!("in smtp {name}")).copied().unwrap_or_default();
        prop_assert_eq!(
            [count("established"), count("refused"), count("unanswered"), count("rejected")],
            [of(0), of(1), of(2), 0]
        );
        prop_assert_eq!(env.connections().waiting(), of(0));
    }
}

#[test]
fn a_flood_is_bounded_and_what_gives_way_is_counted() {
    let mut env = HostConnEnv::new();
    let flood = 100_000_u32;
    for nth in 0..flood {
        let [.., a, b] = nth.to_be_bytes();
        let port = u16::from_be_bytes([a, b]);
        // 65,536 ports of one host, then of another.
        let host = if nth >> 16 == 0 { 1 } else { 3 };
        let syn = NETWORK.frame([(host, port), (2, 25)], 2, (nth, 0), b"");
        env.classify(&syn, Direction::Ingress);
    }
    let waiting = env.connections().waiting();
    assert!(waiting <= ENTRIES as u64);
    let entries: BTreeSet<_> = env.connections().words().into_iter().map(|(number, _)| number).collect();
    assert_eq!(entries.len() as u64, waiting, "each has an entry of its own");
    assert!(entries.iter().all(|number| *number < ENTRIES));
    assert!(entries.len() > ENTRIES / 2, "all over the table");
    let evicted = counted(&env.counters())["in evicted"];
    // The SYN from port 25 to port 25 also belongs to this protocol.
    assert_eq!(evicted + waiting, flood.into());
    env.wait(11).expect("time passes");
    let found = counted(&env.counters());
    assert_eq!(found["in evicted"] + found["in smtp unanswered"], u64::from(flood));
    assert_eq!(env.connections().waiting(), 0);
}

#[test]
fn there_is_no_bucket_behind_the_last() {
    let env = HostConnEnv::new();
    assert!(env.connections().bucket(BUCKETS - 1).is_some());
    assert!(env.connections().bucket(BUCKETS).is_none());
}
