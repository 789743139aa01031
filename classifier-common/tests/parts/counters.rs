// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counts of single packets by their properties, and the interface of a block.

use std::convert::identity;

use classifier_common::{
    connection::Handshakes,
    counter::{Counters, WATCHED},
    endpoint::{Evidence, Mode},
    evidence::ConnectionOutcome,
    icmp_types::ERRORS,
    outcome::{Limit, Outcome, Quoted, Stop},
    packet::Link,
    protocol::{PROTOCOLS, Protocol},
    segments::OnWire,
};

const WIRE: OnWire = OnWire { packets: 3, bytes: 3000 };

fn counted(outcome: &Outcome) -> Box<Counters> {
    let mut counters = Box::new(Counters::new(1, 0));
    counters.count(outcome, WIRE, identity);
    counters.count(outcome, WIRE, identity);
    counters
}

#[test]
fn a_block_is_of_the_interface_that_it_names_if_that_is_ethernet_and_not_watched() {
    for (ifindex, link) in
        [1, 2, u32::MAX].into_iter().flat_map(|one| [0, 1, WATCHED].map(|link| (one, link)))
    {
        let block = Counters::new(ifindex, link);
        for other in [1, 2, u32::MAX] {
            let expected = ifindex == other && link == Link::Ethernet as u32;
            assert_eq!(block.is_of_ethernet(other), expected, "{ifindex}, {link} is of {other}");
        }
    }
}

#[test]
fn ftp_data_is_counted_by_mode_and_evidence() {
    for (mode, protocol) in
        [(Mode::Active, Protocol::FTP_DATA_ACTIVE), (Mode::Passive, Protocol::FTP_DATA_PASSIVE)]
    {
        for (class, evidence) in [protocol.to_server(), protocol.from_server()]
            .into_iter()
            .flat_map(|class| Evidence::ALL.map(|evidence| (class, evidence)))
        {
            let mut counters = counted(&Outcome { evidence, ..Outcome::of(class) });
            let count = &mut counters.ftp_data[mode as usize][evidence as usize];
            assert_eq!(std::mem::take(count), 2 * WIRE.packets);
            assert!(
                counters.ftp_data.as_flattened().iter().all(|count| *count == 0),
                "{mode:?}, {evidence:?}"
            );
        }
    }
    let is_data = |protocol| [Protocol::FTP_DATA_ACTIVE, Protocol::FTP_DATA_PASSIVE].contains(&protocol);
    for protocol in (0..PROTOCOLS).map(Protocol::from_index).filter(|protocol| !is_data(*protocol)) {
        let counters = counted(&Outcome::of(protocol.to_server()));
        assert!(counters.ftp_data.as_flattened().iter().all(|count| *count == 0));
    }
}

/// A buffer of several segments has one quote, but each of its segments exceeds a bound.
#[test]
fn a_limit_is_counted_by_packets_and_a_quote_by_buffers() {
    for (limit, stop) in
        [(Limit::VlanTags, Stop::TooManyTags), (Limit::Ipv6Extensions, Stop::TooManyExtensions)]
    {
        let mut expected = [0; Limit::ALL.len()];
        expected[limit as usize] = 2 * WIRE.packets;
        assert_eq!(counted(&Outcome::stopped(stop)).limits, expected);
    }
    for (row, (family, kind)) in (0..).zip(ERRORS) {
        let quoted = Some(Quoted::new(row, Protocol::SMTP));
        let counters = counted(&Outcome { quoted, ..Outcome::message(family, kind, 0) });
        let all: u64 = counters.quoted.as_flattened().iter().sum();
        assert_eq!((counters.quoted[usize::from(row)][Protocol::SMTP.index()], all), (2, 2));
    }
}

#[test]
fn the_first_outcome_of_any_kind_makes_handshakes_that_were_counted() {
    assert!(!Handshakes::NONE.any());
    for outcome in ConnectionOutcome::ALL {
        let mut handshakes = Handshakes::NONE;
        handshakes.outcomes[outcome as usize] = 1;
        assert!(handshakes.any(), "{outcome:?}");
    }
}

#[test]
fn a_first_fragment_that_the_table_refused_is_counted_once() {
    for unremembered in [true, false] {
        let outcome = Outcome { unremembered, ..Outcome::of(Protocol::SMTP.to_server()) };
        assert_eq!(counted(&outcome).unremembered, if unremembered { 2 } else { 0 });
    }
}

/// Segmentation repeats SYN and RST in every segment and leaves FIN to the last.
#[test]
fn flags_that_begin_or_end_a_connection_are_counted() {
    for flags in 0..=u8::MAX {
        let (begins, answers) = (flags & 0x12 == 0x02, flags & 0x12 == 0x12);
        let packets = |counts: bool| if counts { 2 * WIRE.packets } else { 0 };
        let expected =
            [packets(begins), packets(answers), if flags & 1 == 0 { 0 } else { 2 }, packets(flags & 4 != 0)];
        let counters = counted(&Outcome { tcp_flags: flags, ..Outcome::of(Protocol::SMTP.from_server()) });
        assert_eq!(counters.tcp_flags[Protocol::SMTP.index()], expected, "flags {flags:#x}");
    }
}
