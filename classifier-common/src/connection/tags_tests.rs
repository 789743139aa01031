// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tables with tags, as the kernel's are: they give the results of tables without.

use std::collections::HashSet;

use proptest::{collection, prelude::*};

use super::{
    ConnEvent, ConnState, Ending, FlowKey, PackedConnection, Speech, WAYS, bucket_of,
    entry::{hash_of, tag_of},
    find, inspects, may_be,
    tagged_table::{PUSH, Packet, SYN, Table, key_from, keys, see, see_at, sweep},
};
use crate::{address::Address, packet::Direction, protocol::Protocol, session::Spoken, table::Bucket as _};

const SYN_ACK: u8 = 0x12;
const RST_ACK: u8 = 0x14;
const FIN: u8 = 0x11;

fn packet() -> impl Strategy<Value = Packet> {
    let flags = prop::sample::select(vec![SYN, SYN, SYN_ACK, RST_ACK, PUSH, FIN]);
    (0..8_usize, flags, any::<bool>(), 0..3_u32, 1..8_u32, 0..20_u8).prop_map(
        |(key, flags, of_client, number, interface, pause)| {
            let of_client = if flags == SYN { true } else { of_client && flags != SYN_ACK };
            (key, flags, of_client, 100 + number * 1000, interface, pause)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn tags_change_no_result(packets in collection::vec(packet(), 1..300)) {
        const SECOND: u64 = 1_000_000_000;
        let (keys, plain, tagged) = (keys(), Table::default(), Table::tagged());
        let mut now = 0;
        for packet in packets {
            now += if packet.5 == 0 { 100 * SECOND } else { SECOND / 8 };
            let key = &keys[packet.0];
            prop_assert_eq!(see(&plain, now, key, packet), see(&tagged, now, key, packet));
            if packet.5 == 1 {
                prop_assert_eq!(sweep(&plain, now), sweep(&tagged, now));
            }
            prop_assert_eq!(plain.waiting.get(), tagged.waiting.get());
            prop_assert_eq!(&plain.listening, &tagged.listening);
            let any = tagged.entries_of(key);
            prop_assert!(any.is_empty() || may_be(&tagged, key));
            let followed = any.iter().filter(|(_, entry)| entry.word.is_followed());
            for table in [&plain, &tagged] {
                table.asked.take();
                inspects(table, &Speech { key: *key, spoken: Spoken::default() });
                let expected: Vec<_> = followed.clone().map(|(number, _)| *number).collect();
                prop_assert_eq!(table.asked.take(), expected);
            }
        }
    }
}

#[test]
fn an_empty_table_has_no_connection_and_a_connection_is_none_of_its_neighbours() {
    let (keys, table) = (keys(), Table::tagged());
    assert!(keys.iter().all(|key| !may_be(&table, key)));
    for (nth, key) in keys.iter().enumerate() {
        see(&table, 1, key, (nth, SYN, true, 100, 1, 0));
        for (other, key) in keys.iter().enumerate() {
            assert_eq!(may_be(&table, key), other <= nth);
            let event = ConnEvent { key: *key, ..ConnEvent::default() };
            assert_eq!(find(&table, &event) < WAYS, other <= nth);
        }
    }
    assert!(may_be(&Table::default(), &keys[0]), "without tags any may be");
}

#[test]
fn a_syn_takes_no_entry_that_another_cpu_fills() {
    let (key, table) = (keys()[0], Table::tagged());
    let bucket = table.entries.bucket(bucket_of(&key));
    let claimed = PackedConnection::FREE.in_state(ConnState::Claimed);
    assert!((0..WAYS).all(|way| bucket.replace(way, PackedConnection::FREE, claimed)));
    let known = see(&table, 1, &key, (0, SYN, true, 100, 1, 0));
    assert_eq!(known, [(Ending::HandshakeEvicted, 1, Direction::Ingress, Protocol::SMTP, 0)]);
    assert!((0..WAYS).all(|way| bucket.word(way) == claimed) && table.waiting.get() == 0);
}

/// A router sees a SYN twice, in both directions: that is no second SYN of the first connection.
#[test]
fn a_pending_connection_of_the_other_direction_is_evicted_and_not_unanswered() {
    for (direction, ending) in
        [(Direction::Egress, Ending::HandshakeEvicted), (Direction::Ingress, Ending::Unanswered)]
    {
        let table = Table::tagged();
        let all =
            (0..=u16::MAX).map(key_from).filter(|key| bucket_of(key) == 7).take(WAYS).collect::<Vec<_>>();
        for (now, key) in (1..).zip(&all) {
            assert_eq!(see(&table, now << 20, key, (0, SYN, true, 100, 1, 0)), []);
        }
        let known = see_at(&table, 100 << 20, &all[0], (0, SYN, true, 900, 1, 0), direction);
        assert_eq!(known, [(ending, 1, Direction::Ingress, Protocol::SMTP, 99 << 20)]);
    }
}

/// Connections that differ in one end alone are spread over buckets and over tags.
#[test]
fn every_end_spreads_connections() {
    let at = |number: u16| {
        let [high, low] = number.to_be_bytes();
        Address::v4([10, 0, high, low])
    };
    let (host, peer) = (at(1), at(2));
    let by_end: [&dyn Fn(u16) -> FlowKey; 4] = [
        &|number| FlowKey::sent(at(number), peer, 1, 2),
        &|number| FlowKey::sent(host, at(number), 1, 2),
        &|number| FlowKey::sent(host, peer, number, 2),
        &|number| FlowKey::sent(host, peer, 1, number),
    ];
    for (end, key) in by_end.into_iter().enumerate() {
        let count = |of: &dyn Fn(&FlowKey) -> usize| {
            (0..4096).map(|number| of(&key(number))).collect::<HashSet<_>>().len()
        };
        let buckets = count(&|key| bucket_of(key));
        let tags = count(&|key| usize::from(tag_of(hash_of(key))));
        assert!(buckets > 900 && tags > 3600, "end {end}: {buckets} buckets, {tags} tags");
    }
}
