// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Frames that end too soon: every prefix of every fixture, up to the whole frame.
//!
//! A prefix is `malformed` until the last header is complete, and then has the whole frame's outcome; it
//! never has another one. The only exception is the quote of an ICMP error.

use classifier_common::{
    classify::classify,
    fixtures::{self, Fixture},
    host::HostTables,
    outcome::Outcome,
    packet::Frame,
    protocol::{Protocol, Role},
    wire::{tcp, udp},
};

/// Returns the outcomes of the last frame's prefixes, the shortest first, each after the frames before it.
fn prefixes(tables: &HostTables, fixture: &Fixture, step: usize) -> Vec<Outcome> {
    let look = |frame: &[u8]| classify(frame, Frame::on_wire(fixture.link), tables);
    let frame = &fixture.steps[step].frame;
    let after_the_others = |length: usize| {
        tables.clear_fragments();
        for earlier in &fixture.steps[..step] {
            look(&earlier.frame);
        }
        look(&frame[..length])
    };
    (0..=frame.len()).map(after_the_others).collect()
}

fn every_step(mut check: impl FnMut(&str, &Fixture, usize, &[Outcome])) {
    let tables = fixtures::tables();
    for fixture in fixtures::all() {
        for step in 0..fixture.steps.len() {
            let name = format!("{} ({})", fixture.name, step + 1);
            check(&name, &fixture, step, &prefixes(&tables, &fixture, step));
        }
    }
}

const MALFORMED: Outcome = Outcome::of(Protocol::MALFORMED.to_server());

#[test]
fn a_prefix_is_malformed_and_then_the_whole_frames_outcome() {
    every_step(|name, _, _, outcomes| {
        let whole = outcomes.last().unwrap();
        let first = outcomes.iter().position(|outcome| outcome.class == whole.class).unwrap();
        for (length, outcome) in outcomes.iter().enumerate() {
            if length >= first {
                assert_eq!(outcome.class, whole.class, "{name}, {length} bytes");
                assert_eq!(outcome.icmp, whole.icmp, "{name}, {length} bytes");
                assert_eq!(outcome.tcp_flags, whole.tcp_flags, "{name}, {length} bytes");
                assert_eq!(outcome.limit, whole.limit, "{name}, {length} bytes");
                assert_eq!(outcome.headers, whole.headers, "{name}, {length} bytes");
            } else {
                let class_alone = Outcome { unremembered: outcome.unremembered, ..MALFORMED };
                assert_eq!(*outcome, class_alone, "{name}, {length} bytes");
            }
        }
    });
}

#[test]
fn a_quote_is_malformed_and_then_the_whole_quotes_protocol() {
    every_step(|name, fixture, step, outcomes| {
        let Some(whole) = outcomes.last().and_then(|outcome| outcome.quoted) else {
            assert!(outcomes.iter().all(|outcome| outcome.quoted.is_none()), "{name}");
            return;
        };
        let mut told = false;
        for (length, quoted) in outcomes.iter().map(|outcome| outcome.quoted).enumerate() {
            let Some(quoted) = quoted else {
                assert!(!told, "{name}, {length} bytes: there was a quote in fewer");
                continue;
            };
            assert_eq!(quoted.error(), whole.error(), "{name}, {length} bytes");
            if quoted.protocol() == Protocol::MALFORMED {
                assert!(!told, "{name}, {length} of {} bytes", fixture.steps[step].frame.len());
            } else {
                assert_eq!(quoted.protocol(), whole.protocol(), "{name}, {length} bytes");
                told = true;
            }
        }
    });
}

#[test]
fn a_tcp_or_udp_packet_counts_as_such_from_the_last_byte_of_its_fixed_header() {
    every_step(|name, fixture, step, outcomes| {
        let whole = outcomes.last().unwrap();
        if whole.headers == 0 {
            return;
        }
        let headers = usize::try_from(whole.headers).unwrap();
        let frame = &fixture.steps[step].frame;
        let first = outcomes.iter().position(|outcome| outcome.class == whole.class).unwrap();
        let options = [headers.checked_sub(udp::HEADER), Some(first - tcp::HEADER)];
        let udp_ends = first == headers;
        let tcp_ends = options[1].is_some_and(|start| {
            frame.get(start + 12).is_some_and(|byte| start + usize::from(byte >> 4) * 4 == headers)
        });
        assert!(udp_ends || tcp_ends, "{name}: counted from {first} bytes on, headers end at {headers}");
    });
}

#[test]
fn a_frame_without_a_server_has_no_role_at_any_length() {
    every_step(|name, _, _, outcomes| {
        for outcome in outcomes {
            let without = outcome.class.protocol().index() <= Protocol::ICMPV6.index();
            assert_eq!(outcome.class.role() == Role::None, without, "{name}");
        }
    });
}
