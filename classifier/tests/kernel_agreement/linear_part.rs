// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Headers outside the first part of a buffer.

use classifier_common::{
    abi::PROGRAM_XDP,
    connection::Speech,
    fast_path::{self, Rest, Sink},
    fixtures::{
        self, Counted,
        layers::{CLIENT, carried, ethernet, ipv6, long_extension, tcp},
    },
    fragment::FragmentKey,
    host::HostTables,
    label::Label,
    outcome::Outcome,
    packet::Link,
    ports::{PortEntry, Transport},
    protocol::Protocol,
    tables::Tables,
};
use testbed::Lab;

use crate::{first_part::first_part, harness::Harness};

/// Length from which on the program asks for the whole length of a readable frame.
const ASKS_FOR_LENGTH: usize = 1024;

/// XDP finds a TCP header after extension headers of several pages, and counts the whole length.
#[test]
fn xdp_reads_headers_past_the_first_page() {
    let lab = Lab::new();
    lab.host("harness").enter(|| {
        let mut harness = Harness::new(PROGRAM_XDP, Link::Ethernet);
        for extensions in 1..=8_usize {
            for length in [8, 512, 1024, 2048] {
                let chain = (0..extensions).fold(tcp(CLIENT, 25), |inner, _| {
                    long_extension(carried::DESTINATION_OPTIONS, length, inner)
                });
                let frame = ethernet(ipv6(chain)).then(&[0; 100]);
                let counted = harness.count(frame.bytes(), None);
                let expected = (Counted::to_server(Protocol::SMTP), frame.bytes().len() as u64);
                assert_eq!(counted, Some(expected), "{extensions} extension headers of {length} bytes");
            }
        }
    });
}

/// Records the offset at which an IP packet ends, if known.
struct End<'a>(&'a mut Option<isize>);

impl Sink for End<'_> {
    fn other(self, _outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        let headers = isize::try_from(headers).unwrap();
        *self.0 = (headers > 0).then(|| headers + payload());
    }

    fn ftp_data(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        self.other(outcome, headers, payload);
    }
}

/// The tables of a program that has seen no connection.
struct NoConnections(HostTables);

impl Tables for NoConnections {
    const SEES_CONNECTIONS: bool = true;

    fn inspects(&self, _speech: &Speech) -> bool {
        false
    }

    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.0.port(transport, port)
    }

    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        self.0.recall(key)
    }

    fn remember(&self, key: &FragmentKey, label: Label) -> bool {
        self.0.remember(key, label)
    }
}

/// Tells whether a first part counts as a whole frame: the fast path accepts it, and it has all of the IP
/// packet.
fn seems_whole(part: &[u8], tables: &NoConnections) -> bool {
    let mut end = None;
    let is_taken =
        part.len() < ASKS_FOR_LENGTH && fast_path::classify(part, tables, End(&mut end)) != Rest::Everything;
    is_taken && end.is_some_and(|end| end <= part.len().cast_signed())
}

/// For any first part of the buffer, XDP's class of a fixture is the same, and so is the length, except for
/// bytes after a whole IP packet.
#[test]
fn xdp_says_the_same_wherever_the_first_part_ends() {
    let lab = Lab::new();
    lab.host("harness").enter(|| {
        let mut harness = Harness::new(PROGRAM_XDP, Link::Ethernet);
        let whole = |fixture: &&fixtures::Fixture| fixture.link == Link::Ethernet && fixture.steps.len() == 1;
        let probe = ethernet(ipv6(tcp(CLIENT, 25))).then(&[0; 100]);
        if harness.count(probe.bytes(), Some(&first_part(20))).is_none() {
            println!("NOT RUN: this kernel's test runs cannot say where the first part ends (needs 6.18)");
            return;
        }
        let (mut runs, mut padded) = (0, 0);
        let tables = NoConnections(fixtures::tables());
        for fixture in fixtures::all().iter().filter(whole) {
            let step = &fixture.steps[0];
            let length = step.frame.len();
            for part in (14..length.min(120)).chain((120..length.min(3000)).step_by(61)) {
                let (verdict, bytes) = harness.count(&step.frame, Some(&first_part(part))).unwrap();
                assert_eq!(verdict, step.expected, "{}: first part of {part} bytes", fixture.name);
                let counted = if seems_whole(&step.frame[..part], &tables) { part } else { length };
                assert_eq!(bytes, counted as u64, "{}: first part of {part} bytes", fixture.name);
                padded += usize::from(counted == part);
                runs += 1;
            }
        }
        println!("{runs} runs with a cut first part, {padded} of them amid what is no IP packet");
        assert!(runs > 5000 && padded < runs / 20);
    });
}
