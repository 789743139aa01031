// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Devices that carry IP packets: an agent's counts on tunnels of each kind equal those of a capture from the
//! network header on, and the devices' own counters.
//!
//! Few kernels have these devices built in: `cargo xtask vm` runs this on those that have them as modules.
//! PPP, which none of them has, delivers its packets like TUN (`raw_ip`): after its own two bytes it resets
//! the MAC header.

use std::{net::SocketAddr, thread, time::Duration};

use classifier_common::{
    classify::classify,
    fixtures,
    packet::{Frame, Link},
    protocol::{Class, Protocol},
};
use testbed::{Capture, Lab, Packet, Samples, Traffic, converse};

use crate::{
    counts::{Counts, Family, add, differences, of_metrics},
    tunnels::{Site, TUNNELS, Version, inner, sites},
};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Port of the conversations.
const SMTP: u16 = 25;

const FAMILIES: [Family; 2] = [
    ("classifier_packets_total", &["direction", "protocol", "role"]),
    ("classifier_bytes_total", &["direction", "protocol", "role"]),
];

/// Sends echo requests and a conversation over a device, from the first host to the other.
fn talk([from, to]: &[Site; 2], nth: usize, version: Version) {
    let [source, destination] = [1, 2].map(|host| inner(nth, host)[version as usize]);
    from.host.run("ping", &["-n", "-c", "3", "-i", "0.2", "-W", "20", &destination.to_string()]);
    let listener = to.host.listen(SocketAddr::new(destination, SMTP));
    converse(&from.host.connect(SocketAddr::new(source, 0), SocketAddr::new(destination, SMTP)), &listener);
}

fn quiet(sites: &[Site; 2]) {
    let now = || sites.each_ref().map(Site::traffic);
    let mut before = now();
    loop {
        thread::sleep(Duration::from_secs(2));
        let after = now();
        if before == after {
            return;
        }
        before = after;
    }
}

/// Counts the packets of one interface in a capture of all, as `LINKTYPE_LINUX_SLL2`.
fn captured(packets: &[Packet], index: u32) -> Counts {
    const HEADER: usize = 20;
    const OUTGOING: u8 = 4;
    let (mut counts, tables) = (Counts::new(), fixtures::tables());
    for packet in packets {
        let (header, ip) = packet.bytes.split_at(HEADER);
        if header[4..8] != index.to_be_bytes() {
            continue;
        }
        let direction = if header[10] == OUTGOING { "egress" } else { "ingress" };
        let class = classify(ip, Frame::on_wire(Link::RawIp), &tables).class;
        let labels = [direction, name(class), class.role().label()];
        add(&mut counts, &[&[FAMILIES[0].0], &labels[..]].concat(), 1);
        add(&mut counts, &[&[FAMILIES[1].0], &labels[..]].concat(), u64::from(packet.length) - HEADER as u64);
    }
    counts
}

fn name(class: Class) -> &'static str {
    let mut fixed = Protocol::FIXED.iter();
    fixed.find(|(protocol, ..)| *protocol == class.protocol()).expect("no port is configured").1
}

/// Asserts that the agent's counts at a site equal those of the capture and of the device.
fn agrees(site: &Site, samples: &Samples, packets: &[Packet], nth: usize, grown: Traffic) -> Vec<String> {
    let tunnel = &TUNNELS[nth];
    let counted = of_metrics(samples, &FAMILIES, tunnel.name);
    let mut wrong = differences(&captured(packets, site.host.index(tunnel.name)), &counted);
    for direction in ["ingress", "egress"] {
        for role in ["to_server", "from_server"] {
            let series = format!("classifier_packets_total {direction} smtp {role}");
            let talked = counted.get(&series).copied().unwrap_or(0);
            let is_ours = (direction == "egress") == ((site.number == 1) == (role == "to_server"));
            if (talked > 0) != is_ours {
                wrong.push(format!("{series}: {talked}"));
            }
        }
    }
    let sum =
        |family, direction| samples.sum(family, &[("interface", tunnel.name), ("direction", direction)]);
    let [packets, bytes] = FAMILIES.map(|(family, _)| (sum(family, "ingress"), sum(family, "egress")));
    let device = ((grown.rx_packets, grown.tx_packets), (grown.rx_bytes, grown.tx_bytes));
    if tunnel.counts_what_it_carries && device != (packets, bytes) {
        wrong.push(format!("the device has counted {device:?}, the agent {packets:?} and {bytes:?}"));
    }
    wrong.iter().map(|line| format!("{} of {}: {line}", tunnel.name, site.host.name())).collect()
}

fn growth(before: Traffic, after: Traffic) -> Traffic {
    Traffic {
        rx_bytes: after.rx_bytes - before.rx_bytes,
        rx_packets: after.rx_packets - before.rx_packets,
        rx_dropped: after.rx_dropped - before.rx_dropped,
        tx_bytes: after.tx_bytes - before.tx_bytes,
        tx_packets: after.tx_packets - before.tx_packets,
        tx_dropped: after.tx_dropped - before.tx_dropped,
    }
}

#[test]
#[ignore = "needs devices that few kernels have built in: `cargo xtask vm` runs it"]
fn packets_of_each_kind_of_tunnel_are_counted_as_captured() {
    let lab = Lab::new();
    let sites = sites(&lab);
    let arguments: Vec<_> = TUNNELS.iter().flat_map(|tunnel| ["-i", tunnel.name]).collect();
    let agents = sites.each_ref().map(|site| site.host.agent(BINARY, &arguments));
    quiet(&sites);
    let counted_before: u64 =
        agents.iter().map(|agent| agent.metrics().sum("classifier_packets_total", &[])).sum();
    assert_eq!(counted_before, 0, "packets before anybody talks");
    let before = sites.each_ref().map(Site::traffic);
    let captures = sites.each_ref().map(|site| site.host.capture("any", &["-y", "LINUX_SLL2"]));

    for (nth, tunnel) in TUNNELS.iter().enumerate() {
        tunnel.families.iter().for_each(|version| talk(&sites, nth, *version));
    }
    quiet(&sites);

    let packets = captures.map(Capture::stop);
    let mut wrong = Vec::new();
    for (at, (site, agent)) in sites.iter().zip(&agents).enumerate() {
        let (samples, after) = (agent.metrics(), site.traffic());
        for nth in 0..TUNNELS.len() {
            wrong.extend(agrees(site, &samples, &packets[at], nth, growth(before[at][nth], after[nth])));
        }
    }
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
