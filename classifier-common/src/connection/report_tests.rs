// SPDX-License-Identifier: MIT OR GPL-2.0-only
use std::convert::identity;

use super::*;
use crate::{
    connection::{Handshakes, row},
    counter::Counters,
};

const SECOND: u64 = 1_000_000_000;
const ENDINGS: [Ending; 10] = [
    Ending::Nothing,
    Ending::Established,
    Ending::Refused,
    Ending::Rejected,
    Ending::Unanswered,
    Ending::HandshakeEvicted,
    Ending::Upgraded,
    Ending::ClearLogin,
    Ending::Neither,
    Ending::SessionEvicted,
];

fn connection() -> Connection {
    Connection {
        client: Address::v4([10, 0, 0, 1]),
        server: Address::v4([10, 0, 0, 2]),
        since: 5 * SECOND,
        interface: 4,
        client_port: 40_000,
        server_port: 25,
        ..Connection::default()
    }
}

fn report(direction: Direction, ending: Ending, now: u64) -> (ConnReport, bool) {
    let mut report = ConnReport::default();
    let word = PackedConnection::pending(9, Protocol::SMTP, direction, 7);
    let is_one = report.fill(&connection(), word, now, ending as usize);
    (report, is_one)
}

#[test]
fn a_report_has_the_result_and_the_connection() {
    for (direction, ending) in Direction::ALL.into_iter().flat_map(|one| ENDINGS.map(|ending| (one, ending)))
    {
        let (report, is_one) = report(direction, ending, 6 * SECOND);
        assert_eq!((report.ending(), is_one), (ending, ending != Ending::Nothing));
        assert_eq!(
            (report.interface(), report.direction(), report.protocol()),
            (4, direction, Protocol::SMTP)
        );
    }
}

#[test]
fn the_outcome_of_a_connection_is_a_finding_about_the_peer() {
    for (direction, peer) in [(Direction::Ingress, [10, 0, 0, 1]), (Direction::Egress, [10, 0, 0, 2])] {
        let outcomes = [Ending::Established, Ending::Refused, Ending::Rejected, Ending::Unanswered];
        for ending in ENDINGS {
            let outcome =
                outcomes.iter().position(|one| *one == ending).map(|nth| ConnectionOutcome::ALL[nth]);
            let expected = outcome.map(|outcome| Finding {
                peer: Address::v4(peer),
                now: 6 * SECOND,
                direction,
                protocol: Protocol::SMTP,
                outcome,
                port: 25,
            });
            assert_eq!(report(direction, ending, 6 * SECOND).0.finding(), expected, "{ending:?}");
        }
    }
}

/// The sweep comes later than the time limit, which is the time of the outcome nevertheless.
#[test]
fn an_unanswered_connection_took_the_time_limit_and_others_the_time_until_their_packet() {
    let since = connection().since;
    for ending in ENDINGS {
        for (now, swept) in
            [(0, 0), (1, 1), (TIMEOUT - 1, TIMEOUT - 1), (TIMEOUT, TIMEOUT), (3 * TIMEOUT, TIMEOUT)]
        {
            let (report, _) = report(Direction::Ingress, ending, since + now);
            let expected = if ending == Ending::Unanswered { swept } else { now };
            assert_eq!(report.nanoseconds(), expected, "{ending:?} after {now}");
            assert!(report.finding().is_none_or(|finding| finding.now == since + expected));
        }
    }
    let before = report(Direction::Ingress, Ending::Established, since - 1).0;
    assert_eq!(before.nanoseconds(), 0, "the clock of another CPU was read before");
}

#[test]
fn every_result_is_counted_in_its_own_place() {
    let row = row(Protocol::SMTP).unwrap();
    for ending in ENDINGS {
        let mut counters = Box::new(Counters::new(4, 0));
        for _ in 0..2 {
            counters.count_report(&report(Direction::Ingress, ending, 6 * SECOND).0, identity);
        }
        let places = [
            counters.connections[row].outcomes[0],
            counters.connections[row].outcomes[1],
            counters.connections[row].outcomes[2],
            counters.connections[row].outcomes[3],
            counters.handshakes_evicted,
            counters.sessions[row][Encryption::Upgraded as usize],
            counters.sessions[row][Encryption::ClearLogin as usize],
            counters.sessions[row][Encryption::Neither as usize],
            counters.sessions_evicted,
        ];
        // The endings stand in the order of the places, behind the one without a result.
        for (place, count) in (1..).zip(places) {
            assert_eq!(count, if place == ending as usize { 2 } else { 0 }, "{ending:?}");
        }
        let handshakes = &counters.connections[row];
        let established = ending == Ending::Established;
        assert_eq!(handshakes.nanoseconds, if established { 2 * SECOND } else { 0 });
        let timed = Handshakes::BOUNDS.iter().position(|bound| *bound == SECOND).unwrap();
        assert_eq!(handshakes.times[timed], if established { 2 } else { 0 });
        assert_eq!(handshakes.times.iter().sum::<u64>(), if established { 2 } else { 0 });
    }
}
