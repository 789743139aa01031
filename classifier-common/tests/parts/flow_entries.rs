// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Entries of UDP flows: their numbers, their time, and which of them are evicted.

use classifier_common::{
    abi::FLOW_BUCKETS,
    address::Address,
    connection::HookPoint,
    flow::{Flow, FlowEnds},
    packet::Direction,
    table::{
        hash,
        recent::{self, Key as _},
    },
    track::Ends,
};

use super::flows::{ANSWERED, ASKED, CLIENT, End, Flows, SECOND, SERVER, SURELY_LIVE, SURELY_OVER, told};

#[test]
fn a_flow_ends_where_its_time_wraps_too() {
    // The time of a flow has 24 bits, in units of 2³³ ns.
    const WRAPS: u64 = 1 << (33 + 24);
    for start in [0, SECOND, WRAPS - 60 * SECOND, WRAPS - SURELY_LIVE, WRAPS, 3 * WRAPS - SECOND] {
        let flows = Flows::new();
        let request = |now| told(flows.see([CLIENT, SERVER], Direction::Ingress, now)).is_some();
        assert_eq!([0, SURELY_LIVE].map(|after| request(start + after)), [true, false], "{start}");
        assert!(request(start + SURELY_LIVE + SURELY_OVER), "{start}");
    }
}

#[test]
fn the_flow_that_was_quiet_for_longest_is_evicted_from_a_full_bucket() {
    let key = |port: u16| {
        let [source, destination] = [CLIENT, SERVER].map(|end| Address::v4([10, 0, 0, end.0]));
        let ends =
            Ends { source, destination, source_port: port, destination_port: SERVER.1, ..Ends::default() };
        let mut key = FlowEnds::default();
        key.store(&ends);
        hash::bucket(key.hash(), FLOW_BUCKETS)
    };
    let ports: Vec<u16> = (1024..).filter(|port| key(*port) == key(1024)).take(recent::WAYS + 1).collect();
    let flows = Flows::new();
    let request = |port: u16, now| flows.see([(CLIENT.0, port), SERVER], Direction::Ingress, now).is_some();
    let (last, others) = ports.split_last().expect("ports");
    let mut now = 0;
    let mut next = || {
        now += 9 * SECOND;
        now
    };
    assert!(others.iter().all(|port| request(*port, next())), "each is the first of its flow");
    assert!(!request(others[0], next()), "the first once more");
    assert!(request(*last, next()));
    assert!(!request(others[0], next()) && !request(*last, next()), "known");
    assert!(request(others[1], next()), "evicted");
}

#[test]
fn the_other_end_of_a_finding_is_the_client_of_an_inbound_flow_and_the_server_of_an_outbound_one() {
    for [from, to] in [[CLIENT, SERVER], [(9, 40_000), SERVER], [(2, 40_000), (1, 5353)]] {
        for (direction, peer) in [(Direction::Ingress, from), (Direction::Egress, to)] {
            let finding = Flows::new().see([from, to], direction, 0).expect("a request");
            assert_eq!(finding.peer, Address::v4([10, 0, 0, peer.0]), "{from:?} {to:?} {direction:?}");
        }
    }
}

#[test]
fn a_flow_is_known_by_its_number() {
    assert_eq!(Flow::from_number(0), None);
    let ends = |from: End, to: End| {
        let [source, destination] = [from, to].map(|end| Address::v4([10, 0, 0, end.0]));
        Ends { source, destination, source_port: from.1, destination_port: to.1, ..Ends::default() }
    };
    let (forth, back) = (ends(CLIENT, SERVER), ends(SERVER, CLIENT));
    let senders = [&forth, &back].map(|ends| FlowEnds::default().store(ends));
    assert_eq!(senders, [0, 1], "the lower end is the client");
    for (direction, bit) in [(Direction::Ingress, 0), (Direction::Egress, 1 << 3)] {
        let hook = HookPoint::hook(1, direction);
        let (asked, told) = Flow::after(None, &forth, 0, &hook, 5 << 33);
        // Its first end has sent, and the second one is the server.
        assert_eq!((u32::from(asked), told), (5 << 8 | bit | 0b101, Some(ASKED)));
        let other = HookPoint::hook(1, if bit == 0 { Direction::Egress } else { Direction::Ingress });
        let (answered, told) = Flow::after(Some(asked), &back, 1, &other, 6 << 33);
        assert_eq!((u32::from(answered), told), (6 << 8 | bit | 0b111, Some(ANSWERED)));
        for flow in [asked, answered] {
            assert_eq!(Flow::from_number(flow.into()), Some(flow));
        }
    }
}
