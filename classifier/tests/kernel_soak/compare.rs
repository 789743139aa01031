// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A round of traffic, captured and counted: both must agree on every packet.

use std::{
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

use testbed::{Capture, Samples, Segment, Traffic};

use crate::{
    counts::{Counts, add, differences, of_metrics},
    scene::{Scene, Server},
    truth::{FAMILIES, Kind, growth, of_segments},
};

/// Captured bytes of a packet: its headers.
const SNAP: &str = "128";

/// Time without a packet after which a round has ended: longer than a retransmission takes.
const QUIET: Duration = Duration::from_millis(500);

/// Protocols of mail by port.
const MAIL: [(u16, &str); 3] = [(25, "smtp"), (110, "pop3"), (143, "imap")];

/// A round that is being captured.
pub struct Round {
    capture: Capture,
    traffic: Traffic,
    before: Counts,
}

impl Round {
    /// Starts the capture, while nothing crosses.
    pub fn begin(scene: &Scene, samples: &Samples) -> Self {
        quiet(scene);
        let place = scene.place();
        let traffic = place.host.traffic(place.interface);
        let capture = place.host.capture(place.interface, &["-s", SNAP]);
        Self { capture, traffic, before: counted(samples, place.interface) }
    }

    /// Ends the capture. Returns the number of packets, and the differences between it and the agent's counts.
    pub fn end(self, scene: &Scene, samples: impl FnOnce() -> Samples) -> (usize, Vec<String>) {
        quiet(scene);
        let place = scene.place();
        let after = place.host.traffic(place.interface);
        let counts = growth(&self.before, &counted(&samples(), place.interface));
        let packets = self.capture.stop();
        let crossed = |traffic: Traffic| traffic.rx_packets + traffic.tx_packets;
        let captured = crossed(after) - crossed(self.traffic);
        assert_eq!(packets.len() as u64, captured, "captured, and crossed by the interface's own counters");
        let segments: Vec<_> = packets.iter().filter_map(Segment::read).collect();
        (packets.len(), differences(&expected(scene, &segments, &place.mac()), &counts))
    }
}

/// Waits until nothing has crossed for some time. The sessions stay open.
fn quiet(scene: &Scene) {
    let place = scene.place();
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut before = place.host.traffic(place.interface);
    loop {
        thread::sleep(QUIET);
        let now = place.host.traffic(place.interface);
        if now == before {
            return;
        }
        assert!(Instant::now() < deadline, "never quiet");
        before = now;
    }
}

/// Returns an agent's counts of TCP.
fn counted(samples: &Samples, interface: &str) -> Counts {
    let mut counts = of_metrics(samples, &FAMILIES, interface);
    let kept = ["ftp_", "tcp_other", "smtp", "pop3", "imap", "game"];
    counts.retain(|series, _| {
        kept.iter().any(|protocol| series.contains(protocol)) && !series.contains("icmp")
    });
    counts
}

/// Returns the counts of captured segments: those of each server, and those of the floods.
fn expected(scene: &Scene, segments: &[Segment], mac: &str) -> Counts {
    let server = |segment: &Segment| {
        let is_of = |server: &Server| {
            server.addresses.contains(&segment.from.ip()) || server.addresses.contains(&segment.to.ip())
        };
        scene.servers.iter().position(is_of)
    };
    let mut all = Counts::new();
    for number in 0..scene.servers.len() {
        let its: Vec<_> = segments.iter().filter(|segment| server(segment) == Some(number)).collect();
        join(&mut all, of_server(&its, mac, scene.servers[number].addresses));
    }
    let floods: Vec<_> = segments.iter().filter(|segment| server(segment).is_none()).collect();
    if let Some(first) = floods.first() {
        join(&mut all, of_server(&floods, mac, [first.to.ip(); 2]));
    }
    all
}

/// Returns the counts of the segments of one server.
fn of_server(segments: &[&Segment], mac: &str, addresses: [IpAddr; 2]) -> Counts {
    let mail = |segment: &Segment| MAIL.iter().position(|(port, _)| segment.has_port(*port));
    let ftp = segments.iter().copied().filter(|segment| mail(segment).is_none());
    let mut all = of_segments(ftp, mac, addresses, kind);
    for (number, (_, protocol)) in MAIL.iter().enumerate() {
        let its = segments.iter().copied().filter(|segment| mail(segment) == Some(number));
        // Counted as a control connection is, under another name.
        let counts = of_segments(its, mac, addresses, |_| Kind::Control);
        let renamed =
            counts.into_iter().map(|(series, count)| (series.replace("ftp_control", protocol), count));
        join(&mut all, renamed.collect());
    }
    all
}

/// Returns the kind of a segment of FTP: everything but control is announced data.
fn kind(segment: &Segment) -> Kind {
    if segment.has_port(21) {
        Kind::Control
    } else {
        let mode = if segment.has_port(20) { "active" } else { "passive" };
        Kind::Data { mode, evidence: "announced" }
    }
}

fn join(all: &mut Counts, more: Counts) {
    for (series, count) in more {
        add(all, &[&series], count);
    }
}
