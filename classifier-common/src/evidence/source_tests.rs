// SPDX-License-Identifier: MIT OR GPL-2.0-only
use std::convert::identity;

use super::*;
use crate::{
    address::Address,
    packet::Direction,
    protocol::{PROTOCOLS, Protocol},
};

fn finding(peer: Address, protocol: Protocol, port: u16) -> Finding {
    let (direction, outcome) = (Direction::Egress, ConnectionOutcome::Unanswered);
    Finding { peer, now: 7, direction, protocol, outcome, port }
}

fn peers() -> [Address; 2] {
    let mut v6 = [0xff; 16];
    v6[..4].copy_from_slice(&[0x20, 1, 0xd, 0xb8]);
    [Address::v4([192, 0, 2, 255]), Address::v6(v6)]
}

#[test]
fn a_key_tells_prefix_and_kind_of_what_was_observed() {
    for peer in peers() {
        let observed = Observed::from(&finding(peer, Protocol::SMTP, 25));
        let (host, network) = if peer.is_v4() { (32, 24) } else { (128, 64) };
        let keys = [
            (SourceKey::host(&observed), (peer, host)),
            (SourceKey::network(&observed), (peer.network(), network)),
        ];
        for (key, prefix) in keys {
            assert_eq!((key.prefix(), key.is_service(), key.port()), (prefix, false, 0));
            assert_eq!((key.direction(), key.protocol()), (Direction::Egress, Protocol::SMTP));
            let observation = Observation::Connection(ConnectionOutcome::Unanswered);
            assert_eq!((key.observation(), key.is_nobodys()), (Some(observation), false));
            assert_eq!(SourceKey::words(key.to_words()), key);
        }
    }
    assert!(SourceKey::default().is_nobodys());
}

#[test]
fn the_key_of_a_service_tells_its_port_and_no_peer() {
    for (peer, port) in peers().into_iter().flat_map(|peer| [1, 0x1234, u16::MAX].map(|port| (peer, port))) {
        let observed = Observed::from(&finding(peer, Protocol::TCP_OTHER, port));
        let key = SourceKey::service(&observed);
        assert_eq!((key.is_service(), key.port()), (true, port));
        assert_eq!((key.direction(), key.protocol()), (Direction::Egress, Protocol::TCP_OTHER));
        assert_eq!((SourceKey::words(key.to_words()), key.prefix().0), (key, Address::of_words([0; 2])));
    }
}

#[test]
fn keys_are_equal_only_if_every_bit_of_them_is() {
    let base = [0x0123_4567_89ab_cdef, u64::MAX, 1];
    let key = SourceKey::words(base);
    assert_eq!(key.differs(&key, identity), 0);
    for (bit, [one, other]) in
        (0..64).flat_map(|bit| [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]].map(|at| (bit, at)))
    {
        let mut words = base;
        words[one] ^= 1 << bit;
        if other != one {
            words[other] ^= 1 << bit;
        }
        let changed = SourceKey::words(words);
        assert_eq!(
            (key.differs(&changed, identity), changed.differs(&key, identity)),
            (1, 1),
            "{bit} of {one}, {other}"
        );
    }
}

/// The two halves of an address may differ in the same way.
#[test]
fn keys_that_differ_in_two_words_alike_have_entries_of_their_own() {
    let mut bucket = SourceBucket::default();
    let keys = [[0, 0, 32], [5, 5, 32], [5, 0, 37]].map(SourceKey::words);
    for (key, times) in keys.iter().zip(1..) {
        (0..times).for_each(|now| bucket.note(key, now, identity));
    }
    for (key, times) in keys.iter().zip(1..) {
        let counted: Vec<_> =
            bucket.sources.iter().filter(|source| source.key == *key).map(|source| source.count).collect();
        assert_eq!(counted, [times]);
    }
}

#[test]
fn a_copy_is_whole_if_no_change_was_under_way() {
    let whole = SourceBucket { ended: 3, begun: 3, ..SourceBucket::default() };
    assert!(whole.is_whole());
    assert!(!SourceBucket { begun: 4, ..whole }.is_whole());
}

#[test]
fn a_summary_lists_the_noted_peers_with_their_networks_and_services_apart() {
    let mut sources = HostSources::default();
    for peer in peers() {
        for port in [25, 25, 25] {
            sources.note(&Observed::from(&finding(peer, Protocol::SMTP, port)));
        }
        sources.note(&Observed::from(&finding(peer, Protocol::UDP_OTHER, 5353)));
    }
    let counts = |summary: &Summary| {
        let mut all: Vec<_> =
            summary.sources().iter().map(|one| (one.key.prefix().1, one.key.port(), one.count)).collect();
        all.sort_unstable();
        all
    };
    let summary = sources.summary();
    assert_eq!(counts(&summary), [(24, 0, 3), (32, 0, 3), (64, 0, 3), (128, 0, 3)]);
    assert_eq!((summary.unlisted(), summary.floors().len()), ([0; 5], sources.buckets().len()));
    assert_eq!(counts(&sources.services()), [(u8::MAX, 5353, 2)]);
    let row = Observed::from(&finding(peers()[0], Protocol::SMTP, 25)).row();
    for (kind, table) in sources.seen().iter().enumerate() {
        let expected = if kind == ConnectionOutcome::Unanswered as usize { 6 } else { 0 };
        assert_eq!(table.iter().map(|seen| seen.number).sum::<u64>(), expected);
        assert_eq!(table[row].number, expected);
    }
    assert_eq!(sources.seen().len(), Observation::ALL.len());
}

#[test]
fn only_ports_without_a_protocol_are_of_other_services() {
    for protocol in (0..PROTOCOLS).map(Protocol::from_index) {
        let expected = [Protocol::TCP_OTHER, Protocol::UDP_OTHER].contains(&protocol);
        let observed = Observed::from(&finding(peers()[0], protocol, 25));
        assert_eq!(observed.is_of_other_service(), expected, "{protocol:?}");
    }
}

#[test]
fn a_table_of_the_same_size_carries_the_sources_above_the_bound_of_unlisted_ones() {
    let mut before = HostSources::new(8);
    for (host, times) in (0..=255).zip([1, 1, 2, 3].into_iter().cycle()) {
        let observed = Observed::from(&finding(Address::v4([10, host, 0, 1]), Protocol::SMTP, 25));
        (0..times).for_each(|_| before.note(&observed));
    }
    let summary = before.summary();
    let after = HostSources::carried(summary.clone(), 8).summary();
    let floor = |key: &SourceKey| summary.floors()[bucket_of(key, 7)];
    let sorted = |mut sources: Vec<Source>| {
        sources.sort_unstable_by_key(|source| source.key);
        sources
    };
    let (above, at): (Vec<_>, Vec<_>) =
        summary.sources().iter().partition::<Vec<Source>, _>(|source| source.count > floor(&source.key));
    assert!(!above.is_empty() && !at.is_empty());
    assert_eq!(sorted(after.sources().to_vec()), sorted(above));
    assert_eq!(after.floors(), summary.floors());
}
