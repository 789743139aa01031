// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;
use crate::{
    address::Address,
    endpoint::{
        Admission,
        DataSide::{self, Initiator as Client, Listener as Server},
        Evidence, Expectation, Mode, announce,
        lone_bucket::LoneBucket,
    },
    wire::tcp::flag,
};

const PASSIVE: Kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended: false };
const SYN: u8 = flag::SYN;
const SYN_ACK: u8 = flag::SYN | flag::ACK;
const ACK: u8 = flag::ACK;
const FIN: u8 = flag::FIN | flag::ACK;
const RST: u8 = flag::RST;

fn key() -> ExpectKey {
    ExpectKey { address: Address::v4([10, 0, 0, 2]), peer: Address::v4([10, 0, 0, 1]), port: 40_000 }
}

fn announced() -> LoneBucket {
    let endpoints = LoneBucket::default();
    let announcement =
        Expectation { key: &key(), kind: PASSIVE, session: 1, state: EndpointState::Announced };
    assert_eq!(announce(&endpoints, &announcement).map(|admitted| admitted.how), Some(Admission::Learned));
    endpoints
}

/// Returns whether each packet (sender, port of the peer, flags) belongs to the announced connection; the
/// SYN's number is 7.
fn matches(endpoints: &LoneBucket, packets: &[(DataSide, u16, u8)]) -> Vec<bool> {
    numbered(endpoints, 7, packets)
}

/// Like [`matches`], with another number of the SYN.
fn numbered(endpoints: &LoneBucket, number: u32, packets: &[(DataSide, u16, u8)]) -> Vec<bool> {
    let query = |&(sender, peer_port, flags)| Query { key: key(), peer_port, sender, flags, number };
    packets.iter().map(|packet| match_and_advance(endpoints, &query(packet)).is_some()).collect()
}

#[test]
fn every_packet_of_the_connection_counts_from_its_syn_on() {
    let endpoints = announced();
    let packets =
        [(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK), (Server, 5, FIN), (Client, 5, FIN)];
    assert_eq!(matches(&endpoints, &packets), [true; 5]);
    assert_eq!(matches(&endpoints, &[(Server, 5, ACK)]), [true], "a straggler");
}

#[test]
fn an_announcement_is_for_one_connection() {
    let endpoints = announced();
    assert_eq!(
        matches(&endpoints, &[(Client, 5, SYN), (Client, 6, SYN), (Client, 6, ACK)]),
        [true, false, false]
    );
    assert_eq!(matches(&endpoints, &[(Client, 5, RST), (Client, 6, SYN)]), [true, false]);
}

#[test]
fn the_same_ports_again_without_a_new_announcement_are_not_ftp_data() {
    let endpoints = announced();
    matches(&endpoints, &[(Client, 5, SYN), (Client, 5, FIN), (Server, 5, FIN)]);
    assert_eq!(matches(&endpoints, &[(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK)]), [false; 3]);
}

#[test]
fn only_the_other_host_connects() {
    assert_eq!(matches(&announced(), &[(Server, 5, SYN), (Server, 5, ACK), (Client, 5, ACK)]), [false; 3]);
    assert_eq!(matches(&announced(), &[(Client, 5, SYN_ACK)]), [false]);
}

#[test]
fn where_one_direction_is_seen_the_syn_ack_will_do() {
    assert_eq!(matches(&announced(), &[(Server, 5, SYN_ACK), (Server, 5, FIN)]), [true; 2]);
}

#[test]
fn a_second_sighting_changes_nothing() {
    let endpoints = announced();
    let query = Query { key: key(), peer_port: 5, sender: Client, flags: SYN, number: 7 };
    let hit = Some(Hit { kind: PASSIVE, confirmed: false });
    assert_eq!(match_and_advance(&endpoints, &query), hit);
    let word = endpoints.bucket().word(0);
    assert_eq!(match_and_advance(&endpoints, &query), hit);
    assert_eq!(endpoints.bucket().word(0), word);
}

#[test]
fn a_new_announcement_of_a_port_in_use_is_for_the_next_connection() {
    let endpoints = announced();
    matches(&endpoints, &[(Client, 5, SYN), (Client, 5, FIN), (Server, 5, FIN)]);
    announce(
        &endpoints,
        &Expectation { key: &key(), kind: PASSIVE, session: 1, state: EndpointState::Announced },
    );
    assert_eq!(
        matches(&endpoints, &[(Server, 5, ACK), (Client, 6, SYN), (Client, 6, ACK), (Client, 5, ACK)]),
        [true; 4]
    );
}

#[test]
fn a_port_that_is_announced_again_may_be_connected_to_from_the_same_port_again() {
    let endpoints = announced();
    matches(&endpoints, &[(Client, 5, SYN), (Client, 5, FIN), (Server, 5, FIN)]);
    announce(
        &endpoints,
        &Expectation { key: &key(), kind: PASSIVE, session: 1, state: EndpointState::Announced },
    );
    assert_eq!(matches(&endpoints, &[(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK)]), [true; 3]);
}

#[test]
fn connecting_confirms_a_proposal_once() {
    let endpoints = LoneBucket::default();
    announce(
        &endpoints,
        &Expectation { key: &key(), kind: PASSIVE, session: 1, state: EndpointState::Proposed },
    );
    let query = Query { key: key(), peer_port: 5, sender: Client, flags: SYN, number: 7 };
    assert_eq!(match_and_advance(&endpoints, &query).map(|hit| hit.confirmed), Some(true));
    assert_eq!(match_and_advance(&endpoints, &query).map(|hit| hit.confirmed), Some(false));
}

#[test]
fn another_host_is_not_meant() {
    let endpoints = announced();
    let stranger = ExpectKey { peer: Address::v4([10, 0, 0, 9]), ..key() };
    let query = Query { key: stranger, peer_port: 5, sender: Client, flags: SYN, number: 7 };
    assert_eq!(match_and_advance(&endpoints, &query), None);
}

#[test]
fn the_same_syn_after_a_reset_is_the_same_connection_as_often_as_it_comes() {
    let endpoints = announced();
    for _ in 0..3 {
        assert_eq!(matches(&endpoints, &[(Client, 5, SYN), (Server, 5, RST), (Server, 5, RST)]), [true; 3]);
    }
    let packets = [(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK), (Client, 5, FIN)];
    assert_eq!(matches(&endpoints, &packets), [true; 4]);
    assert_eq!(endpoints.bucket().word(0).state(), EndpointState::Connected);
    assert_eq!(matches(&endpoints, &[(Server, 5, FIN)]), [true]);
    assert_eq!(endpoints.bucket().word(0).state(), EndpointState::Closed);
}

#[test]
fn another_syn_after_a_reset_is_another_connection() {
    let endpoints = announced();
    matches(&endpoints, &[(Client, 5, SYN), (Server, 5, RST)]);
    assert_eq!(numbered(&endpoints, 8, &[(Client, 5, SYN), (Server, 5, SYN_ACK)]), [false; 2]);
    assert_eq!(matches(&endpoints, &[(Client, 5, SYN), (Client, 5, ACK)]), [false; 2]);
}

#[test]
fn the_same_answer_after_a_reset_will_do_where_one_direction_is_seen() {
    let endpoints = announced();
    let packets = [(Server, 5, SYN_ACK), (Server, 5, RST), (Server, 5, SYN_ACK), (Server, 5, ACK)];
    assert_eq!(matches(&endpoints, &packets), [true; 4]);
    assert_eq!(endpoints.bucket().word(0).state(), EndpointState::Connected);
}

#[test]
fn another_syn_changes_nothing_until_it_is_answered() {
    let endpoints = announced();
    matches(&endpoints, &[(Client, 5, SYN), (Server, 5, SYN_ACK)]);
    assert_eq!(numbered(&endpoints, 900, &[(Client, 5, SYN)]), [false]);
    let packets = [(Client, 5, ACK), (Server, 5, ACK), (Client, 5, SYN), (Server, 5, SYN_ACK)];
    assert_eq!(matches(&endpoints, &packets), [true; 4]);
    assert_eq!(numbered(&endpoints, 900, &[(Server, 5, SYN_ACK), (Client, 5, ACK)]), [false; 2]);
}

#[test]
fn after_a_reset_the_time_counts_from_the_last_packet() {
    let endpoints = announced();
    matches(&endpoints, &[(Client, 5, SYN), (Server, 5, RST)]);
    let since = || endpoints.bucket().entry(0).since;
    let reset = since();
    matches(&endpoints, &[(Client, 5, ACK)]);
    let slow = since();
    assert!(slow > reset);
    assert_ne!(connected(&endpoints, &key(), 5), PackedEndpoint::FREE);
    assert!(since() > slow);
}
