// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;

const STATES: [EndpointState; 6] = [
    EndpointState::Free,
    EndpointState::Claimed,
    EndpointState::Announced,
    EndpointState::Connected,
    EndpointState::Closed,
    EndpointState::Proposed,
];
const PORTS: [u16; 4] = [0, 1, 40_000, u16::MAX];
const NUMBERS: [u32; 5] = [0, 1, 7, 0x8040_2010, u32::MAX];

fn kinds() -> impl Iterator<Item = Kind> {
    let modes = [Mode::Active, Mode::Passive].into_iter();
    modes.flat_map(|mode| {
        Evidence::ALL
            .into_iter()
            .flat_map(move |evidence| [false, true].map(|extended| Kind { mode, evidence, extended }))
    })
}

#[test]
fn kinds_survive_in_their_number() {
    for kind in kinds() {
        assert_eq!(Kind::from_number(kind.number()), kind);
        assert_eq!(Kind::from_number(kind.number() | 0xf0), kind, "the lowest four bits count");
    }
    for (number, evidence) in (0..).zip(Evidence::ALL) {
        assert_eq!(Evidence::from_number(number), evidence);
        assert_eq!(Evidence::from_number(number | 4), evidence);
    }
}

#[test]
fn every_field_is_read_back_in_every_state() {
    for (port, kind) in PORTS.into_iter().flat_map(|port| kinds().map(move |kind| (port, kind))) {
        let announced = PackedEndpoint::announced(port, kind);
        assert_eq!((announced.state(), announced.peer_port()), (EndpointState::Announced, 0));
        for (peer_port, number) in PORTS.into_iter().flat_map(|port| NUMBERS.map(|number| (port, number))) {
            let connected = announced.connected(peer_port, number);
            assert_eq!(connected.state(), EndpointState::Connected);
            for state in STATES {
                let word = connected.in_state(state);
                assert_eq!((word.state(), word.kind()), (state, kind));
                assert_eq!((word.port(), word.peer_port()), (port, peer_port));
                assert!(word.has_number(number) && !word.is_finished());
                assert_eq!(word.is_closed(), state == EndpointState::Closed);
                let bits = word.bits();
                assert_eq!((PackedEndpoint::from_bits(bits), u64::from(word)), (word, bits));
            }
        }
    }
}

/// The agent reads words that programs of an earlier one have written.
#[test]
fn the_word_lies_in_memory_as_its_table_of_bits_says() {
    for (state, kind) in STATES.into_iter().flat_map(|state| kinds().map(move |kind| (state, kind))) {
        let word = PackedEndpoint::announced(0x1234, kind).connected(0x5678, 0x0012_3456).in_state(state);
        let fields = [
            0x1234,
            0x5678 << 16,
            (state as u64) << 32,
            u64::from(kind.number()) << 36,
            2 << 40,
            0x0012_3456 << 42,
        ];
        let finished = PackedEndpoint::from_bits(word.bits() | 2 << 40);
        assert_eq!(finished.bits(), fields.iter().sum::<u64>());
    }
    assert_eq!((PackedEndpoint::FREE.bits(), PackedEndpoint::CLAIMED.bits()), (0, 1 << 32));
    assert_eq!(PackedEndpoint::CLAIMED.state(), EndpointState::Claimed);
}

#[test]
fn a_number_that_differs_in_any_bit_is_another() {
    let announced = PackedEndpoint::announced(40_000, kinds().next().unwrap());
    for number in NUMBERS {
        let word = announced.connected(5, number);
        for bit in 0..32 {
            assert!(!word.has_number(number ^ 1 << bit), "{number:x}, bit {bit}");
        }
        let again = word.connected(6, !number);
        assert!(
            again.has_number(!number) && again.peer_port() == 6,
            "a connection replaces the one before it"
        );
    }
}

#[test]
fn a_connection_is_finished_by_the_fins_of_both_sides() {
    let connected = PackedEndpoint::announced(40_000, kinds().next().unwrap()).connected(5, 7);
    for (first, second) in
        [(DataSide::Listener, DataSide::Initiator), (DataSide::Initiator, DataSide::Listener)]
    {
        let half = connected.finished(first);
        assert_eq!((half.state(), half.is_finished()), (EndpointState::Connected, false));
        assert_eq!(half.finished(first), half, "a retransmission");
        let both = half.finished(second);
        assert_eq!((both.state(), both.is_finished()), (EndpointState::Closed, true));
        assert!(both.is_of(40_000, 5) && !both.is_reset() && !both.is_retired());
        assert!(!both.connected(5, 8).is_finished(), "another connection has no FIN yet");
    }
}

#[test]
fn an_endpoint_is_of_the_ports_of_its_connection_while_it_has_or_had_one() {
    for state in STATES {
        let word = PackedEndpoint::announced(40_000, kinds().next().unwrap()).connected(5, 7).in_state(state);
        let has = matches!(state, EndpointState::Connected | EndpointState::Closed);
        assert_eq!(word.is_of(40_000, 5), has, "{state:?}");
        assert!(!word.is_of(40_000, 6) && !word.is_of(40_001, 5) && !word.is_of(5, 40_000));
        assert!(!word.connected(0, 7).is_of(40_000, 0));
    }
}

#[test]
fn a_closed_endpoint_is_finished_reset_or_retired() {
    let connected = PackedEndpoint::announced(40_000, kinds().next().unwrap()).connected(5, 7);
    let reset = connected.in_state(EndpointState::Closed);
    assert!(reset.is_reset() && !reset.is_retired());
    let retired = connected.retired();
    assert!(retired.is_retired() && !retired.is_reset() && retired.is_closed());
    assert_eq!((retired.port(), retired.kind()), (40_000, connected.kind()));
    for state in STATES.into_iter().filter(|state| *state != EndpointState::Closed) {
        let word = connected.in_state(state);
        assert!(!word.is_reset() && !word.is_retired(), "{state:?}");
        assert!(!word.connected(0, 0).in_state(state).is_retired(), "{state:?} without a connection");
    }
}
