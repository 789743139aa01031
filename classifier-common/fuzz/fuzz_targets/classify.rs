// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzes the classification with any bytes on any link: counted once, and without claims about missing
//! headers.
//!
//! The input's first byte gives the link (bit 0) and whether the stack keeps a VLAN tag aside (bit 1); the
//! rest is the frame. `examples/seeds.rs` writes the fixtures in this form.
#![no_main]

use std::convert::identity;

use classifier_common::{
    classify::{by_slow_path, classify},
    counter::Counters,
    fixtures::{self, Counted},
    host::HostTables,
    outcome::{Limit, Outcome},
    packet::{Frame, Link},
    protocol::{CLASSES, Protocol, Role},
    segments::OnWire,
    wire::tcp,
};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static TABLES: HostTables = fixtures::tables();
}

fuzz_target!(|input: &[u8]| {
    let Some((how, bytes)) = input.split_first() else { return };
    let frame = Frame { link: Link::from_raw(u32::from(how & 1)), tags_aside: how >> 1 & 1, before_ip: 0 };
    TABLES.with(|tables| {
        let outcome = classify(bytes, frame, tables);
        counted_once(&outcome, bytes.len());
        says_what_the_bytes_hold(&outcome, bytes);
        assert_eq!(Outcome::unpack(outcome.pack()), outcome, "the packed form");
        assert_eq!(classify(bytes, frame, tables), outcome, "the second look");
        assert_eq!(by_slow_path(bytes, frame, tables), outcome, "the slow path");
    });
});

fn counted_once(outcome: &Outcome, length: usize) {
    let mut counters = Counters::new(1, 0);
    counters.count(outcome, OnWire { packets: 1, bytes: length as u64 }, identity);
    assert!(outcome.class.index() < CLASSES);
    assert_eq!(counters.classes[outcome.class.index()].packets, 1);
    assert_eq!(counters.classes.iter().map(|tally| tally.packets).sum::<u64>(), 1);
    assert_eq!(counters.classes.iter().map(|tally| tally.bytes).sum::<u64>(), length as u64);
    assert_eq!(counters.unremembered, 0);
    let verdict = Counted::of_one_packet(&counters).expect("one packet was counted");
    let without_server = verdict.protocol.index() <= Protocol::ICMPV6.index();
    assert_eq!(verdict.role == Role::None, without_server, "{verdict:?}");
}

fn says_what_the_bytes_hold(outcome: &Outcome, bytes: &[u8]) {
    let protocol = outcome.class.protocol();
    let icmp = [Protocol::ICMP, Protocol::ICMPV6].contains(&protocol);
    assert!(outcome.icmp.is_none() || icmp, "{outcome:?}");
    assert!(outcome.quoted.is_none() || outcome.icmp.is_some(), "{outcome:?}");
    assert!(outcome.off_wire == 0, "{outcome:?}");
    match outcome.limit {
        Some(Limit::VlanTags) => assert_eq!(protocol, Protocol::NON_IP),
        Some(Limit::Ipv6Extensions) => assert!([Protocol::IP_OTHER, Protocol::ICMPV6].contains(&protocol)),
        None => {}
    }
    if outcome.headers == 0 {
        assert_eq!(outcome.tcp_flags, 0, "{outcome:?}");
        return;
    }
    let options = tcp::HEADER * 2;
    assert!(outcome.headers as usize <= bytes.len() + options, "{outcome:?}");
    let silent = [
        Protocol::MALFORMED,
        Protocol::NON_IP,
        Protocol::IP_OTHER,
        Protocol::FRAGMENT,
        Protocol::ICMP,
        Protocol::ICMPV6,
    ];
    assert!(!silent.contains(&protocol), "{outcome:?}");
}
