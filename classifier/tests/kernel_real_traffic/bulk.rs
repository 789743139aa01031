// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bulk transfers with offloads on: GSO packets cross the hooks, and the counts are the segments that the
//! client sees on a wire without offloads.

use std::{collections::BTreeMap, net::IpAddr};

use testbed::{
    Lab,
    servers::{Folder, Ftp},
};

use crate::{
    BINARY,
    captured::{FAMILIES, of_capture, sum},
    conversations::{curl, in_url},
    counts::{Counts, differences, of_metrics},
    dissection::Dissected,
    network::{Network, without_offloads},
    observation::Seen,
};

/// Bytes of a transfer.
const BULK: usize = 20_000_000;

/// Longest frame that is one segment.
const SEGMENT: u64 = 1514;

/// TCP window of a connection: fewer segments than the 256 of veth's ring. A drop there would be on the
/// captured wire and never reach the hook.
const IN_FLIGHT: &str = "4096 16384 131072";

/// Captured bytes of a packet: all of its headers.
const SNAP: &str = "128";

#[test]
fn bulk_transfers_are_counted_as_on_the_wire_by_native_xdp() {
    println!("{}", bulk_transfers_are_counted_as_on_the_wire("native"));
}

#[test]
fn bulk_transfers_are_counted_as_on_the_wire_by_the_automatic_choice() {
    println!("{}", bulk_transfers_are_counted_as_on_the_wire("auto"));
}

/// Runs the test, and returns the number of segments, and of the buffers that they came in.
fn bulk_transfers_are_counted_as_on_the_wire(mode: &str) -> String {
    let network = Network::new(&Lab::new());
    let [at_client, router_to_client, _, at_server] = network.places();
    without_offloads(at_client);
    without_offloads(router_to_client);
    // The client's segments are merged there, and reach the server as GRO packets.
    router_to_client.host.run("ethtool", &["-K", router_to_client.interface, "gro", "on"]);
    for host in [&network.client, &network.server] {
        host.sysctl("net/ipv4/tcp_wmem", IN_FLIGHT);
    }
    let server = Ftp::vsftpd(&network.server);
    server.publish("bulk", &vec![b'x'; BULK]);
    let agents = || vec![network.server.agent(BINARY, &["-i", at_server.interface, "--xdp-mode", mode])];

    let (seen, samples) =
        network.observe(&[at_client, at_server], SNAP, agents, || transfer(&network, &server));

    let [client, server] = &seen[..] else { panic!("two places") };
    let (wire, hooks) = (longest(client), longest(server));
    assert!(wire["ingress"] <= SEGMENT && wire["egress"] <= SEGMENT, "the wire has super-packets: {wire:?}");
    assert!(hooks["egress"] > SEGMENT, "no super-packet leaves the server");
    // With native XDP the router segments them before they get there.
    assert_eq!(hooks["ingress"] > SEGMENT, mode == "auto", "super-packets that reach the server");
    let wire = of_ftp(&mirrored(&of_capture(&client.packets)));
    let counted = of_ftp(&of_metrics(&samples[0], &FAMILIES, at_server.interface));
    let packets = ["ingress", "egress"].map(|direction| sum(&wire, "classifier_packets_total", direction));
    assert_eq!(differences(&wire, &counted), [""; 0]);
    let buffers = [server.traffic.rx_packets, server.traffic.tx_packets];
    format!("{mode}: segments in and out {packets:?}, buffers {buffers:?}")
}

/// Makes downloads over either family, and uploads, all from port 20 of the server.
fn transfer(network: &Network, server: &Ftp) {
    let files = Folder::new("bulk");
    let bulk = files.write("bulk", vec![b'x'; BULK]);
    let to = files.join("read");
    for address in [IpAddr::V4(network.at_server.v4), IpAddr::V6(network.at_server.v6)] {
        let (url, name) = (format!("ftp://{}", in_url(address)), if address.is_ipv4() { "v4" } else { "v6" });
        let active = ["--user", server.login(), "--ftp-port", "-"];
        let read = ["--output", &to, &format!("{url}/pub/bulk")];
        let write = ["--upload-file", &bulk, &format!("{url}/in/{name}")];
        for transfer in [read, write] {
            curl(&network.client, &[&active[..], &transfer].concat());
        }
        assert_eq!(server.stored(name).map(|stored| stored.len()), Some(BULK));
    }
}

/// Returns the longest packet in each direction.
fn longest(seen: &Seen) -> BTreeMap<&'static str, u64> {
    let mut longest = BTreeMap::new();
    for Dissected { direction, length, .. } in &seen.packets {
        let so_far = longest.entry(*direction).or_default();
        *so_far = (*length).max(*so_far);
    }
    longest
}

/// Swaps directions, as at the other end of the link.
fn mirrored(counts: &Counts) -> Counts {
    let series = |series: &str| {
        let words = series.split(' ').map(|word| match word {
            "ingress" => "egress",
            "egress" => "ingress",
            same => same,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    counts.iter().map(|(one, count)| (series(one), *count)).collect()
}

/// Removes ARP and neighbour discovery, which differ between links.
fn of_ftp(counts: &Counts) -> Counts {
    counts
        .iter()
        .filter(|(series, _)| series.contains(" ftp_"))
        .map(|(one, count)| (one.clone(), *count))
        .collect()
}
