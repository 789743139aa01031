// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Conservation: every packet is counted once, whatever it contains.

use std::convert::identity;

use classifier_common::{
    classify::classify,
    counter::Counters,
    fixtures::{self, Counted},
    host::HostTables,
    outcome::Outcome,
    packet::{Frame, Link},
    protocol::{CLASSES, Protocol},
    segments::OnWire,
};
use proptest::{collection::vec, prelude::*, sample::Index};

thread_local! {
    static TABLES: HostTables = fixtures::tables();
}

fn count(counters: &mut Counters, frame: Frame, bytes: &[u8]) {
    let outcome = TABLES.with(|tables| classify(bytes, frame, tables));
    assert_eq!(Outcome::unpack(outcome.pack()), outcome, "the packed form lost something");
    let wire = OnWire { packets: 1, bytes: bytes.len() as u64 };
    counters.count(&outcome, wire, identity);
}

fn counted_once(frame: Frame, bytes: &[u8]) -> Result<Counted, TestCaseError> {
    let mut counters = Counters::new(1, 0);
    count(&mut counters, frame, bytes);
    let (packets, octets) = totals(&counters);
    prop_assert_eq!(packets, 1);
    prop_assert_eq!(octets, bytes.len() as u64);
    let verdict = Counted::of_one_packet(&counters);
    verdict.ok_or_else(|| TestCaseError::fail("something was counted twice"))
}

fn totals(counters: &Counters) -> (u64, u64) {
    let sum = |packets, bytes| (packets, bytes);
    counters
        .classes
        .iter()
        .fold(sum(0, 0), |(packets, bytes), tally| (packets + tally.packets, bytes + tally.bytes))
}

/// Checks that series of one kind are counted for its own protocols only.
fn is_consistent(verdict: &Counted) -> bool {
    let icmp = [Protocol::ICMP, Protocol::ICMPV6].contains(&verdict.protocol);
    let flagged = verdict.tcp_flags.contains(&true);
    let headless = [
        Protocol::UDP_OTHER,
        Protocol::IP_OTHER,
        Protocol::FRAGMENT,
        Protocol::NON_IP,
        Protocol::MALFORMED,
        Protocol::ICMP,
        Protocol::ICMPV6,
    ];
    let limited = [Protocol::IP_OTHER, Protocol::NON_IP, Protocol::ICMPV6];
    (icmp || verdict.icmp.is_none())
        && (verdict.icmp.is_some() || verdict.quoted.is_none())
        && (!flagged || !headless.contains(&verdict.protocol))
        && (verdict.limit.is_none() || limited.contains(&verdict.protocol))
}

fn frames() -> impl Strategy<Value = (Link, Vec<u8>)> {
    let all = fixtures::all()
        .into_iter()
        .flat_map(|fixture| fixture.steps.into_iter().map(move |step| (fixture.link, step.frame)));
    prop::sample::select(all.collect::<Vec<_>>())
}

fn link() -> impl Strategy<Value = Link> {
    prop::sample::select(vec![Link::Ethernet, Link::RawIp])
}

/// Damage to a frame by a wire, a driver or an attacker.
#[derive(Clone, Debug)]
enum Damage {
    Overwrite(Index, u8),
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Repeat(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Overwrite(at, byte)),
        4 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => (any::<Index>(), vec(any::<u8>(), 1..24)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn apply(damage: &Damage, frame: &mut Vec<u8>) {
    let length = frame.len();
    if length == 0 {
        return;
    }
    match damage {
        Damage::Overwrite(at, byte) => frame[at.index(length)] = *byte,
        Damage::Flip(at, bit) => frame[at.index(length)] ^= 1 << bit,
        Damage::Cut(at) => frame.truncate(at.index(length)),
        Damage::Insert(at, bytes) => {
            let at = at.index(length);
            frame.splice(at..at, bytes.iter().copied());
        }
        Damage::Repeat(from, to) => {
            let (from, to) = (from.index(length), to.index(length));
            let part = frame[from.min(to)..from.max(to)].to_vec();
            frame.splice(from.min(to)..from.min(to), part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_frame_is_counted_once(
        (link, mut frame) in frames(),
        damages in vec(damage(), 0..6),
        other_link in proptest::option::weighted(0.1, link()),
    ) {
        for damage in &damages {
            apply(damage, &mut frame);
        }
        let verdict = counted_once(Frame::on_wire(other_link.unwrap_or(link)), &frame)?;
        prop_assert!(is_consistent(&verdict), "{verdict:?}");
    }

    #[test]
    fn random_bytes_are_counted_once(link in link(), frame in vec(any::<u8>(), 0..200)) {
        let verdict = counted_once(Frame::on_wire(link), &frame)?;
        prop_assert!(is_consistent(&verdict), "{verdict:?}");
    }

    #[test]
    fn random_bytes_behind_an_ethertype_are_counted_once(
        kind in prop::sample::select(vec![0x0800_u16, 0x86dd, 0x8100, 0x88a8, 0x9100]),
        version in prop::sample::select(vec![0x45_u8, 0x46, 0x60]),
        mut rest in vec(any::<u8>(), 1..300),
        tags_aside in 0..2_u8,
    ) {
        rest[0] = version;
        let bytes = [[0; 12].as_slice(), &kind.to_be_bytes(), &rest].concat();
        let verdict = counted_once(Frame { tags_aside, ..Frame::on_wire(Link::Ethernet) }, &bytes)?;
        prop_assert!(is_consistent(&verdict), "{verdict:?}");
    }
}

#[test]
fn the_sum_over_all_classes_is_what_was_sent() {
    let mut counters = Counters::new(1, 0);
    let mut sent = (0, 0);
    for fixture in fixtures::all() {
        for step in &fixture.steps {
            for length in 0..=step.frame.len() {
                count(&mut counters, Frame::on_wire(fixture.link), &step.frame[..length]);
                sent = (sent.0 + 1, sent.1 + length as u64);
            }
        }
    }
    assert_eq!(totals(&counters), sent);
    let used = counters.classes.iter().filter(|tally| tally.packets > 0).count();
    assert!(used > 14 && used < CLASSES, "{used} classes were counted");
}

#[test]
fn merging_two_cpus_adds_up_to_counting_on_one() {
    let (mut even, mut odd, mut one) = (Counters::new(1, 0), Counters::new(1, 0), Counters::new(1, 0));
    TABLES.with(HostTables::clear_fragments);
    for (number, fixture) in fixtures::all().iter().enumerate() {
        let half = if number % 2 == 0 { &mut even } else { &mut odd };
        for step in &fixture.steps {
            count(half, Frame::on_wire(fixture.link), &step.frame);
        }
    }
    TABLES.with(HostTables::clear_fragments);
    for fixture in fixtures::all() {
        for step in &fixture.steps {
            count(&mut one, Frame::on_wire(fixture.link), &step.frame);
        }
    }
    even.merge(&odd);
    assert_eq!(format!("{even:?}"), format!("{one:?}"));
}
