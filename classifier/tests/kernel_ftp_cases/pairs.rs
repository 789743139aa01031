// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pairs of hosts with encrypted sessions: as many entries as pairs, counted by any CPU, and none after all
//! sessions ended.

use std::thread;

use aya::{
    maps::{HashMap, Map, MapData, MapInfo},
    programs::Program,
};
use classifier_common::{
    abi::{MAP_ENCRYPTED, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP},
    control::{Tally, TrackingConfig},
    fixtures::ftp_traces::network::{End, Network},
};
use testbed::Lab;

use crate::hook::Hook;

const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;
const SERVER: End = (2, 21);

type Pairs = HashMap<MapData, [u64; 4], u64>;

fn pairs(program: &Program) -> Pairs {
    let ids = program.info().unwrap().map_ids().unwrap().expect("a kernel that tells of a program's maps");
    let id = ids.into_iter().find(|id| MapInfo::from_id(*id).unwrap().name_as_str() == Some(MAP_ENCRYPTED));
    let data = MapData::from_id(id.expect("the map")).unwrap();
    Map::from_map_data(data).unwrap().try_into().unwrap()
}

fn counts(pairs: &Pairs) -> Vec<u64> {
    pairs.iter().map(|pair| pair.unwrap().1).collect()
}

/// A session from a client's port that becomes encrypted, or ends.
struct Client(End);

/// Sent by the server or not, flags, both sequence numbers, and payload.
type Packet<'a> = (bool, u8, (u32, u32), &'a [u8]);

impl Client {
    fn frames(&self, packets: &[Packet<'_>]) -> Vec<Vec<u8>> {
        let frame = |(from_server, flags, numbers, payload): &Packet<'_>| {
            let ends = if *from_server { [SERVER, self.0] } else { [self.0, SERVER] };
            Network::default().frame(ends, *flags, *numbers, payload)
        };
        packets.iter().map(frame).collect()
    }

    fn encrypts(&self) -> Vec<Vec<u8>> {
        self.frames(&[
            (false, SYN, (100, 0), b""),
            (true, SYN | ACK, (900, 101), b""),
            (false, ACK, (101, 901), b""),
            (true, ACK, (901, 101), b"220 ready\r\n"),
            (false, ACK, (101, 912), b"AUTH TLS\r\n"),
            (true, ACK, (912, 111), b"234 ok\r\n"),
        ])
    }

    fn ends(&self) -> Vec<Vec<u8>> {
        self.frames(&[(false, RST | ACK, (111, 920), b"")])
    }
}

fn send(hook: &mut Hook, frames: Vec<Vec<u8>>) {
    for frame in frames {
        hook.run(&frame).unwrap();
    }
}

fn in_each(test: fn(&mut Hook, &mut Pairs)) {
    let lab = Lab::new();
    lab.host("harness").enter(|| {
        for program in [PROGRAM_XDP, PROGRAM_INGRESS, PROGRAM_EGRESS] {
            let mut hook = Hook::load(program, TrackingConfig::default());
            let mut map = pairs(hook.program());
            test(&mut hook, &mut map);
            assert_eq!(hook.tracking.tallies().unwrap()[Tally::PairsRefused as usize], 0);
        }
    });
}

#[test]
fn a_pair_has_an_entry_while_it_has_a_session() {
    in_each(|hook, pairs| {
        let [a, b] = [1, 2].map(|number| Client((1, 49_000 + number)));
        send(hook, a.encrypts());
        assert_eq!(counts(pairs), [1]);
        send(hook, b.encrypts());
        assert_eq!(counts(pairs), [2]);
        send(hook, a.ends());
        assert_eq!(counts(pairs), [1]);
        send(hook, a.ends());
        send(hook, b.ends());
        assert_eq!(counts(pairs), [0_u64; 0]);
        send(hook, Client((1, 49_003)).encrypts());
        assert_eq!(counts(pairs), [1]);
    });
}

#[test]
fn an_entry_that_somebody_deletes_makes_no_count_negative() {
    in_each(|hook, pairs| {
        let [a, b, c] = [1, 2, 3].map(|number| Client((1, 49_000 + number)));
        send(hook, a.encrypts());
        let key = pairs.keys().next().unwrap().unwrap();
        pairs.remove(&key).unwrap();
        send(hook, a.ends());
        assert_eq!(counts(pairs), [0_u64; 0]);
        send(hook, b.encrypts());
        assert_eq!(counts(pairs), [1]);
        send(hook, b.ends());
        send(hook, c.encrypts());
        assert_eq!(counts(pairs), [1]);
    });
}

#[test]
fn sessions_of_one_pair_are_counted_on_every_cpu() {
    const SESSIONS: u16 = 2_000;
    in_each(|hook, pairs| {
        let program = hook.program();
        thread::scope(|scope| {
            for half in [0, 1] {
                scope.spawn(move || {
                    for number in 0..SESSIONS {
                        let client = Client((1, 20_000 + 2 * number + half));
                        for frame in [client.encrypts(), client.ends()].concat() {
                            Hook::test_run(program, &frame, None).unwrap();
                        }
                    }
                });
            }
        });
        assert_eq!(counts(pairs), [0_u64; 0]);
        let tallies = hook.tracking.tallies().unwrap();
        let of = |tally: Tally| tallies[tally as usize];
        assert_eq!((of(Tally::SessionsEncrypted), of(Tally::SessionsDecrypted)), (4_000, 4_000));
    });
}

#[test]
fn a_session_that_the_agent_removes_leaves_its_pair() {
    in_each(|hook, pairs| {
        let [a, b] = [1, 2].map(|number| Client((1, 49_000 + number)));
        send(hook, [a.encrypts(), b.encrypts()].concat());
        let sessions: Vec<_> = hook.tracking.sessions().map(Result::unwrap).collect();
        for (left, (key, session)) in [vec![1], vec![]].into_iter().zip(sessions) {
            assert!(hook.tracking.forget(&key, session.id).is_some());
            hook.leave_pairs();
            assert_eq!(counts(pairs), left);
        }
    });
}

#[test]
fn more_pairs_than_an_lru_map_would_hold() {
    const PAIRS: u32 = 9_000;
    in_each(|hook, pairs| {
        for number in 0..PAIRS {
            let mut frames = Client((1, 49_152)).encrypts();
            for frame in &mut frames {
                replace_client(frame, number);
            }
            send(hook, frames);
        }
        assert_eq!(counts(pairs), vec![1; PAIRS as usize]);
    });
}

/// Replaces the client's address, without updating the checksum, which is not checked.
fn replace_client(frame: &mut [u8], number: u32) {
    const CLIENT: [u8; 4] = [10, 0, 0, 1];
    let [_, a, b, c] = number.to_be_bytes();
    for at in [26, 30] {
        if frame[at..at + 4] == CLIENT {
            frame[at..at + 4].copy_from_slice(&[11, a, b, c]);
        }
    }
}
