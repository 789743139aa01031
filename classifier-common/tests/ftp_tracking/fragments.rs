// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fragments of FTP data: later fragments have no ports, and get the class of the first.

use classifier_common::{
    control::TrackingConfig,
    endpoint::Evidence,
    fixtures::layers::{Layer, ethernet, ipv4_fragment, ipv4_with, numbered},
    host::{HostTables, HostTracking},
    outcome::Outcome,
    packet::{Frame, Link},
    protocol::Protocol,
    wire::number,
};

struct Hook {
    tracking: HostTracking,
    tables: HostTables,
}

impl Hook {
    /// Creates a tracking that has seen a 227 for port 40000.
    fn after_227() -> Self {
        let hook =
            Self { tracking: HostTracking::new(TrackingConfig::default()), tables: HostTables::default() };
        let control = |from_server: bool, flags, numbers, bytes: &[u8]| {
            let ports = if from_server { (21, 50_000) } else { (50_000, 21) };
            hook.see(ipv4_with(numbered(ports, flags, numbers, bytes), |header| {
                if from_server {
                    (header.source, header.destination) = (header.destination, header.source);
                }
            }));
        };
        control(true, 18, (99, 7), b"");
        control(false, 16, (7, 100), b"PASV\r\n");
        control(true, 16, (100, 13), b"227 ok (198,51,100,2,156,64)\r\n");
        hook
    }

    fn see(&self, packet: Layer) -> Outcome {
        self.see_on(Link::Ethernet, &Vec::from(ethernet(packet)))
    }

    fn see_on(&self, link: Link, bytes: &[u8]) -> Outcome {
        self.tracking.classify(bytes, Frame::on_wire(link), &self.tables, 1)
    }
}

fn is_announced(outcome: &Outcome) -> bool {
    outcome.class == Protocol::FTP_DATA_PASSIVE.to_server() && outcome.evidence == Evidence::Announced
}

fn data(flags: u8) -> Layer {
    numbered((50_001, 40_000), flags, (1, 1), b"datadata")
}

fn later() -> Layer {
    Layer::of(number::TCP, b"more of it")
}

#[test]
fn later_fragments_of_announced_data_are_announced_data() {
    let hook = Hook::after_227();
    assert!(is_announced(&hook.see(ipv4_fragment(1, 0, true, data(2)))), "a SYN in fragments");
    assert!(is_announced(&hook.see(ipv4_fragment(1, 4, false, later()))));
    assert!(is_announced(&hook.see(ipv4_fragment(2, 0, true, data(16)))));
    assert!(is_announced(&hook.see(ipv4_fragment(2, 4, false, later()))));
    let outcome = hook.see(ipv4_fragment(3, 4, false, later()));
    assert_eq!(outcome.class.protocol(), Protocol::FRAGMENT, "whose first was not seen");
}

#[test]
fn fragments_of_another_connection_are_not() {
    let hook = Hook::after_227();
    let other = numbered((50_001, 40_001), 2, (1, 1), b"datadata");
    for fragment in [ipv4_fragment(1, 0, true, other), ipv4_fragment(1, 4, false, later())] {
        assert_eq!(hook.see(fragment).class, Protocol::TCP_OTHER.to_server());
    }
}

#[test]
fn without_an_ethernet_header_it_is_the_same() {
    let hook = Hook::after_227();
    let packet = ipv4_with(data(2), |_| {});
    assert!(is_announced(&hook.see_on(Link::RawIp, packet.bytes())));
}
