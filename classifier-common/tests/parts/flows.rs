// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP flows, against a model that remembers every datagram.

use std::collections::HashMap;

use classifier_common::{
    classify::classify,
    connection::HookPoint,
    evidence::{ConnectionOutcome, Finding},
    fixtures::layers::{ethernet, ipv4_with, udp},
    host::{HostFlows, HostTables},
    packet::{Direction, Frame, Link},
    protocol::Protocol,
};
use proptest::{collection, prelude::*};

pub(super) const SECOND: u64 = 1_000_000_000;
/// End of a flow is noticed with a granularity of 2³³ ns.
pub(super) const SURELY_LIVE: u64 = 120 * SECOND;
pub(super) const SURELY_OVER: u64 = 129 * SECOND;

pub(super) type End = (u8, u16);

/// Flows of a process, and the tables that classify its frames.
pub(super) struct Flows {
    tables: HostTables,
    flows: HostFlows,
}

impl Flows {
    pub(super) fn new() -> Self {
        let mut tables = HostTables::default();
        tables.follows_flows = true;
        Self { tables, flows: HostFlows::default() }
    }

    pub(super) fn see(&self, [from, to]: [End; 2], direction: Direction, now: u64) -> Option<Finding> {
        let packet = ipv4_with(udp(from.1, to.1), |header| {
            (header.source, header.destination) = ([10, 0, 0, from.0], [10, 0, 0, to.0]);
        });
        let frame: Vec<u8> = ethernet(packet).into();
        let outcome = classify(&frame, Frame::on_wire(Link::Ethernet), &self.tables);
        assert_eq!(outcome.class, Protocol::UDP_OTHER.to_server());
        self.flows.see(&frame, &outcome, &HookPoint::hook(1, direction), now)
    }
}

/// Returns what a datagram tells: outcome, direction of the requests, and the server's port.
pub(super) fn told(finding: Option<Finding>) -> Option<(ConnectionOutcome, Direction, u16)> {
    finding.map(|finding| (finding.outcome, finding.direction, finding.port))
}

pub(super) const ASKED: ConnectionOutcome = ConnectionOutcome::Unanswered;
pub(super) const ANSWERED: ConnectionOutcome = ConnectionOutcome::Established;
pub(super) const CLIENT: End = (1, 40_000);
pub(super) const SERVER: End = (2, 5353);

#[test]
fn a_request_and_its_answer_are_told_once() {
    let flows = Flows::new();
    let request = |now| told(flows.see([CLIENT, SERVER], Direction::Ingress, now));
    let answer = |now| told(flows.see([SERVER, CLIENT], Direction::Egress, now));
    assert_eq!(request(0), Some((ASKED, Direction::Ingress, 5353)));
    assert_eq!(request(SECOND), None);
    assert_eq!(answer(2 * SECOND), Some((ANSWERED, Direction::Ingress, 5353)));
    assert_eq!([answer(3 * SECOND), request(60 * SECOND), answer(70 * SECOND)], [None; 3]);
}

#[test]
fn a_flow_ends_two_minutes_after_its_last_datagram() {
    let flows = Flows::new();
    let request = |now| told(flows.see([CLIENT, SERVER], Direction::Egress, now));
    let first = Some((ASKED, Direction::Egress, 5353));
    assert_eq!(request(0), first);
    let mut now = 0;
    for _ in 0..4 {
        now += SURELY_LIVE;
        assert_eq!(request(now), None);
    }
    assert_eq!(request(now + SURELY_OVER), first);
}

/// The first datagram that is seen may be an answer.
#[test]
fn the_server_is_the_end_with_the_lower_system_port_or_else_the_receiver() {
    let server = |from: u16, to: u16| {
        told(Flows::new().see([(1, from), (2, to)], Direction::Ingress, 0))
            .map(|(_, direction, port)| (direction, port))
    };
    let (inbound, outbound) = (Direction::Ingress, Direction::Egress);
    assert_eq!(server(40_000, 53), Some((inbound, 53)));
    assert_eq!(server(53, 40_000), Some((outbound, 53)));
    assert_eq!(server(67, 68), Some((outbound, 67)));
    assert_eq!(server(68, 67), Some((inbound, 67)));
    assert_eq!(server(123, 123), Some((inbound, 123)));
    assert_eq!(server(5353, 40_000), Some((inbound, 40_000)));
    assert_eq!(server(1023, 40_000), Some((outbound, 1023)));
    assert_eq!(server(1024, 40_000), Some((inbound, 40_000)));
}

/// A model that remembers every flow: the time of the last datagram, the server, the direction of the requests, and who
/// has sent.
#[derive(Default)]
struct Model(HashMap<[End; 2], (u64, End, Direction, Vec<End>)>);

impl Model {
    fn see(
        &mut self,
        [from, to]: [End; 2],
        direction: Direction,
        now: u64,
    ) -> Option<(ConnectionOutcome, Direction, u16)> {
        let key = if from < to { [from, to] } else { [to, from] };
        let live = self.0.remove(&key).filter(|(last, ..)| now - last < SURELY_OVER);
        let is_begun = live.is_some();
        let is_answer = from.1 < 1024 && from.1 < to.1;
        let other = if direction == Direction::Ingress { Direction::Egress } else { Direction::Ingress };
        let (server, opened) = if is_answer { (from, other) } else { (to, direction) };
        let (_, server, opened, mut senders) = live.unwrap_or_else(|| (now, server, opened, Vec::new()));
        let is_new = !senders.contains(&from);
        if is_new {
            senders.push(from);
        }
        let outcome = match (is_begun, is_new, senders.len()) {
            (false, ..) => Some(ASKED),
            (true, true, 2) => Some(ANSWERED),
            _ => None,
        };
        self.0.insert(key, (now, server, opened, senders));
        outcome.map(|outcome| (outcome, opened, server.1))
    }
}

proptest! {
    /// Few ends, and pauses that surely end a flow or surely do not: not even all the short ones together.
    #[test]
    fn whatever_is_sent_is_told_as_by_the_model(
        datagrams in collection::vec((0..3_u8, 0..3_u8, 0..4_usize, 0..4_usize, any::<bool>(), 0..20_u8), 1..120),
    ) {
        const PORTS: [u16; 4] = [53, 514, 5353, 40_000];
        let (flows, mut model, mut now) = (Flows::new(), Model::default(), 0);
        for (from, to, source, destination, is_received, pause) in datagrams {
            now += if pause == 0 { SURELY_OVER } else { SECOND };
            let ends = [(from, PORTS[source]), (to, PORTS[destination])];
            // A flow of one end has no two sides.
            if ends[0] == ends[1] {
                continue;
            }
            let direction = if is_received { Direction::Ingress } else { Direction::Egress };
            prop_assert_eq!(told(flows.see(ends, direction, now)), model.see(ends, direction, now));
        }
    }
}
