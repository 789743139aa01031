// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A source, a router, and the wire between them. The router forwards the source's packets.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use aya::{
    TestRun as _, TestRunOptions,
    programs::{Program, TestRunAttrs},
};
use classifier::interfaces::Interface;
use classifier_common::packet::Link;
use testbed::{End, Host, Lab, Traffic, Tun};

use super::{
    attachment::{Attachment, Held},
    traffic,
};
use crate::{
    processor::{busy, pin},
    yardsticks::Yardsticks,
};

/// Destination of forwarded packets: a TAP device without a reader, whose short queue is always full.
const SINK: &str = "sink";

/// Frames that the kernel sends in a batch: as many as a driver passes up at a time (`NAPI_POLL_WEIGHT`).
const BATCH: u32 = 64;

/// One packet of this many may be lost before the sink.
const LOST: u32 = 1000;

/// The two hosts, and the attachment on the router.
pub struct Topology {
    source: Host,
    router: Host,
    from: End,
    _sink: Tun,
    held: Held,
}

impl Topology {
    pub fn new(lab: &Lab, attachment: Attachment) -> Result<Self> {
        let (source, router) = (lab.host("source"), lab.host("router"));
        let (from, to) = lab.wire(&source, &router, 1500);
        router.sysctl("net/ipv4/ip_forward", "1");
        router.run("ip", &["link", "set", &to.name, "address", "02:00:00:00:00:02"]);
        // With GRO on, packets arrive through NAPI, as with native XDP.
        router.run("ethtool", &["-K", &to.name, "gro", "on"]);
        let sink = Tun::in_parts(&router, SINK);
        router.run("tc", &["qdisc", "replace", "dev", SINK, "root", "noqueue"]);
        router.run("ip", &["route", "add", "default", "dev", SINK]);
        let outgoing = Interface {
            index: sink.index,
            name: SINK.to_owned(),
            link: Some(Link::Ethernet),
            link_layer: "Ethernet".to_owned(),
            kind: Some("tun".to_owned()),
            ..Interface::default()
        };
        let held = attachment.attach(&router, &to, &outgoing)?;
        if matches!(attachment, Attachment::Rules(_)) {
            // A network card verifies checksums on receive. These packets have none.
            router.sysctl("net/netfilter/nf_conntrack_checksum", "0");
        }
        Ok(Self { source, router, from, _sink: sink, held })
    }

    /// Sends `count` packets. Returns the nanoseconds of each by the clock and by the processor's time.
    pub fn measure(&self, yardsticks: &Yardsticks, count: u32) -> Result<[f64; 2]> {
        let before = self.arrived();
        let times = self.send(yardsticks, count)?;
        let arrived = self.arrived() - before;
        ensure!(arrived >= least_of(count), "of {count} packets {arrived} arrived");
        let arrived = f64::from(u32::try_from(arrived)?);
        Ok(times.map(|time| time.as_secs_f64() * 1e9 / arrived))
    }

    /// Sends `count` packets as frames, and returns the elapsed time. The call covers their whole path.
    pub fn send(&self, yardsticks: &Yardsticks, count: u32) -> Result<[Duration; 2]> {
        let Program::Xdp(inject) = yardsticks.program("inject_xdp")? else { bail!("no XDP program") };
        self.source.enter(|| {
            pin()?;
            let options = TestRunOptions {
                data_in: Some(&[0; traffic::LENGTH]),
                repeat: count,
                attrs: TestRunAttrs::new().xdp_live_frames(BATCH),
                ..TestRunOptions::default()
            };
            let (start, busy_before) = (Instant::now(), busy()?);
            inject.test_run(options).context("the kernel refuses to send frames")?;
            Ok([start.elapsed(), busy()?.saturating_sub(busy_before)])
        })
    }

    /// Checks that the attachment has counted the sent packets, as far as it counts. An nftables rule may
    /// match only some of them.
    pub fn check(&self, sent: u32) -> Result<()> {
        let counted = self.held.counted(&self.router)?;
        let least = match self.held {
            Held::Rules => 1,
            Held::Nothing | Held::Empty { .. } | Held::Classifier(_) => least_of(sent),
        };
        let enough = counted.is_none_or(|counted| counted >= least);
        ensure!(enough, "of {sent} packets {counted:?} were counted");
        Ok(())
    }

    /// Returns the index of the sending interface.
    pub const fn interface(&self) -> u32 {
        self.from.index
    }

    /// Returns the number of packets that reached the sink.
    fn arrived(&self) -> u64 {
        let Traffic { tx_packets, tx_dropped, .. } = self.router.traffic(SINK);
        tx_packets + tx_dropped
    }
}

fn least_of(sent: u32) -> u64 {
    u64::from(sent - sent / LOST)
}
