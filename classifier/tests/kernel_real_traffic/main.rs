// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Real programs talk over real links: the agents' counts, and those of `classifier pcap`, equal the
//! capture's.

mod bulk;
mod captured;
mod classes;
mod conversations;
#[path = "../support/counts.rs"]
mod counts;
mod dissection;
#[path = "../support/network.rs"]
mod network;
mod observation;

use testbed::{Agent, Host, Lab, Traffic, servers::Ftp};

use captured::{FAMILIES, of_capture, sum};
use conversations::Servers;
use counts::{Counts, differences, of_metrics};
use network::{Network, Place, without_offloads};
use observation::Seen;

/// Bytes of an Ethernet header.
const ETHERNET_HEADER: u64 = 14;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

#[test]
fn conversations_are_counted_as_captured_by_native_xdp() {
    println!("{}", conversations_are_counted_as_captured("native"));
}

#[test]
fn conversations_are_counted_as_captured_by_the_automatic_choice() {
    println!("{}", conversations_are_counted_as_captured("auto"));
}

#[test]
fn active_transfers_of_proftpd_are_counted_as_captured() {
    println!("{} packets", active_transfers_are_counted_as_captured(Ftp::proftpd));
}

#[test]
fn active_transfers_of_pure_ftpd_are_counted_as_captured() {
    println!("{} packets", active_transfers_are_counted_as_captured(Ftp::pure_ftpd));
}

/// Runs the test, and returns the number of packets.
fn active_transfers_are_counted_as_captured(start: impl Fn(&Host) -> Ftp) -> usize {
    let network = Network::new(&Lab::new());
    network.places().into_iter().for_each(without_offloads);
    let server = start(&network.server);
    let [.., at_server] = network.places();
    let agents = || vec![agent("auto", &[at_server])];
    let (seen, samples) =
        network.observe(&[at_server], "0", agents, || conversations::ftp(&network, &server));
    let captured = of_capture(&seen[0].packets);
    assert_eq!(differences(&captured, &of_metrics(&samples[0], &FAMILIES, at_server.interface)), [""; 0]);
    the_interface_agrees(&captured, &seen[0]);
    let others = captured.keys().filter(|series| series.contains("tcp_other"));
    assert_eq!(others.count(), 0, "data from another port than 20: {captured:?}");
    seen[0].packets.len()
}

fn agent(mode: &str, places: &[Place<'_>]) -> Agent {
    let interfaces: Vec<_> = places.iter().flat_map(|place| ["-i", place.interface]).collect();
    places[0].host.agent(BINARY, &[&["--xdp-mode", mode][..], &interfaces].concat())
}

/// Runs the test, and returns the sizes of the comparison.
fn conversations_are_counted_as_captured(mode: &str) -> String {
    let network = Network::new(&Lab::new());
    let mut servers = Servers::start(&network.server);
    network.places().into_iter().for_each(without_offloads);
    let [_, router_to_client, router_to_server, at_server] = network.places();
    let places = [router_to_client, router_to_server, at_server];
    let agents = || vec![agent(mode, &places[..2]), agent(mode, &places[2..])];
    let (seen, samples) =
        network.observe(&places, "0", agents, || conversations::all(&network, &mut servers));

    let mut sizes = Vec::new();
    for ((place, seen), samples) in places.iter().zip(&seen).zip([0, 0, 1].map(|agent| &samples[agent])) {
        let captured = of_capture(&seen.packets);
        sizes.push((place.interface, seen.packets.len(), captured.len()));
        assert_eq!(
            differences(&captured, &of_metrics(samples, &FAMILIES, place.interface)),
            [""; 0],
            "{}",
            place.interface
        );
        the_interface_agrees(&captured, seen);
        for limit in ["classifier_parse_limits_total", "classifier_fragments_not_stored_total"] {
            assert_eq!(samples.sum(limit, &[]), 0, "{limit}");
        }
    }
    everything_was_there(&of_capture(&seen[2].packets));
    format!("{mode}: interface, packets, series: {sizes:?}")
}

/// Asserts that the interface's own counters have the same packets and bytes.
fn the_interface_agrees(captured: &Counts, seen: &Seen) {
    let count = |family, direction| sum(captured, family, direction);
    let Traffic { rx_packets, rx_bytes, rx_dropped, tx_packets, tx_bytes, tx_dropped } = seen.traffic;
    for (direction, packets, bytes) in [("ingress", rx_packets, rx_bytes), ("egress", tx_packets, tx_bytes)] {
        assert_eq!(count("classifier_packets_total", direction), packets, "{direction}");
        // With native XDP at the receiving end, veth counts at both ends without the Ethernet header.
        let lengths = [bytes, bytes + packets * ETHERNET_HEADER];
        assert!(lengths.contains(&count("classifier_bytes_total", direction)), "{direction}: {lengths:?}");
    }
    assert_eq!((rx_dropped, tx_dropped), (0, 0));
}

/// Asserts that all conversations took place, since a missing one proves nothing.
fn everything_was_there(captured: &Counts) {
    let mut wanted = Vec::new();
    for protocol in ["ftp_control", "ftp_data_active", "smtp", "pop3", "imap"] {
        wanted.push(format!("classifier_packets_total ingress {protocol} to_server"));
        wanted.push(format!("classifier_packets_total egress {protocol} from_server"));
    }
    for protocol in ["icmp", "icmpv6", "udp_other", "tcp_other", "non_ip"] {
        wanted.push(format!("classifier_packets_total ingress {protocol} none"));
        wanted.push(format!("classifier_packets_total egress {protocol} none"));
    }
    for (direction, message) in [
        ("ingress", "ipv4 8 0"),
        ("egress", "ipv4 0 0"),
        ("ingress", "ipv4 11 0"),
        ("egress", "ipv4 3 3"),
        ("ingress", "ipv6 128 0"),
        ("egress", "ipv6 129 0"),
        ("ingress", "ipv6 3 0"),
        ("egress", "ipv6 1 4"),
    ] {
        wanted.push(format!("classifier_icmp_packets_total {direction} {message}"));
    }
    for quoted in ["ipv4 11 smtp", "ipv4 11 udp_other", "ipv6 3 smtp", "ipv6 3 udp_other"] {
        wanted.push(format!("classifier_icmp_quoted_packets_total ingress {quoted}"));
    }
    wanted.retain(|series| !captured.contains_key(series));
    assert_eq!(wanted, [""; 0], "not on the wire");
    let messages = sum(captured, "classifier_icmp_packets_total", "ingress");
    let packets =
        ["icmp", "icmpv6"].map(|name| captured[&format!("classifier_packets_total ingress {name} none")]);
    assert!(packets.iter().sum::<u64>() > messages, "no later fragments on the wire");
}
