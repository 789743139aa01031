// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;

const STATES: [ConnState; 7] = [
    ConnState::Free,
    ConnState::Finished,
    ConnState::Pending,
    ConnState::Quiet,
    ConnState::Talking,
    ConnState::Asked,
    ConnState::Claimed,
];
const NUMBERS: [u32; 3] = [0, 0x1234_5678, u32::MAX];
const HASHES: [u64; 4] = [0, 1, 0xffff_ffff_ffff_a5a5, u64::MAX];

fn protocols() -> [Protocol; 3] {
    [Protocol::from_index(0), Protocol::SMTP, Protocol::from_index(63)]
}

fn every_word(mut check: impl FnMut(PackedConnection, (u32, Protocol, Direction, u64))) {
    for (number, protocol) in NUMBERS.into_iter().flat_map(|number| protocols().map(|of| (number, of))) {
        for (direction, hash) in Direction::ALL.into_iter().flat_map(|one| HASHES.map(|hash| (one, hash))) {
            let fields = (number, protocol, direction, hash);
            check(PackedConnection::pending(number, protocol, direction, hash), fields);
        }
    }
}

#[test]
fn every_field_is_read_back_in_every_state() {
    every_word(|pending, (number, protocol, direction, hash)| {
        for state in STATES {
            let word = pending.in_state(state);
            assert_eq!((word.state(), word.state_number()), (state, state as u32));
            assert_eq!((word.number(), word.protocol(), word.direction()), (number, protocol, direction));
            assert_eq!(u64::from(word.tag()), hash & 0xffff);
            for other in HASHES {
                assert_eq!(
                    word.has_hash(other),
                    hash % (1 << 16) == other % (1 << 16),
                    "{hash:x}, {other:x}"
                );
            }
            assert_eq!(word.is_pending(), state == ConnState::Pending);
            let followed = [ConnState::Quiet, ConnState::Talking, ConnState::Asked];
            assert_eq!(word.is_followed(), followed.contains(&state));
        }
    });
}

/// Programs of an earlier agent may have written the words.
#[test]
fn the_word_lies_in_memory_as_its_table_of_bits_says() {
    every_word(|pending, (number, protocol, direction, hash)| {
        for state in STATES {
            let fields = [
                u64::from(number),
                (state as u64) << 32,
                (protocol.index() as u64) << 40,
                (direction as u64) << 46,
                (hash & 0xffff) << 48,
            ];
            assert_eq!(u64::from(pending.in_state(state)), fields.iter().sum::<u64>());
        }
    });
    assert_eq!(u64::from(PackedConnection::FREE), 0);
}

#[test]
fn words_are_alike_if_hash_and_direction_are_the_same_and_none_is_like_a_free_one() {
    every_word(|one, (_, _, direction, hash)| {
        every_word(|other, (_, _, other_direction, other_hash)| {
            let expected = direction == other_direction && hash % (1 << 16) == other_hash % (1 << 16);
            assert_eq!(one.in_state(ConnState::Quiet).is_like(other), expected);
        });
        assert!(!PackedConnection::FREE.is_like(one));
    });
}

#[test]
fn the_state_ranks_before_the_silence_and_the_longest_silence_before_others() {
    every_word(|one, _| {
        every_word(|other, _| {
            for (lower, higher) in STATES.into_iter().zip(STATES.into_iter().skip(1)) {
                assert!(one.in_state(lower).rank(0) < other.in_state(higher).rank(u32::MAX));
                assert!(one.in_state(lower).rank(9) < other.in_state(lower).rank(8));
            }
        });
    });
}
