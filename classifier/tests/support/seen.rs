// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An interface with the kernel programs, next to the userspace build.
#![expect(dead_code, reason = "shared by tests that each use a part")]

use std::{
    convert::identity,
    thread,
    time::{Duration, Instant},
};

use classifier::{
    config::{FtpSettings, Pattern, XdpMode},
    datapath::{Attached, Datapath, Tracking},
    interfaces,
    snapshot::FtpSnapshot,
};
use classifier_common::{
    abi::Direction,
    classify::classify,
    counter::Counters,
    fixtures,
    packet::{Frame, Link},
    segments::OnWire,
    tables::Tables,
};
use testbed::Host;

/// Kernel programs on one interface of a host, with their own maps and the fixtures' ports.
pub struct Seen {
    datapath: Datapath,
    /// Kept open: programs that are loaded later use its maps.
    _tracking: Tracking,
    attached: [Attached; 1],
}

impl Seen {
    pub fn attach(host: &Host, interface: &str, mode: XdpMode, egress: bool) -> Self {
        host.enter(|| {
            let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
            datapath.set_ports(&fixtures::CONFIGURED_PORTS);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            let all = runtime.block_on(interfaces::list()).unwrap();
            let wanted =
                interfaces::select(&all, &vec![Pattern::Plain(interface.into())].into()).unwrap().remove(0);
            let attached = [datapath.attach(wanted, mode, egress).unwrap()];
            Self { datapath, attached, _tracking: tracking }
        })
    }

    pub fn ingress_hook(&self) -> &'static str {
        self.attached[0].hooks.ingress
    }

    pub fn counters(&self, direction: Direction) -> Box<Counters> {
        let snapshot = self.datapath.snapshot(&self.attached, [], FtpSnapshot::default()).unwrap();
        assert_eq!(snapshot.unattributed, 0, "packets on an interface without counters");
        let interface = snapshot.interfaces.into_iter().next().unwrap();
        let [ingress, egress] = interface.counters;
        match direction {
            Direction::Ingress => ingress.unwrap(),
            Direction::Egress => egress.unwrap(),
        }
    }

    /// Returns the counters after this many packets, or after five seconds.
    pub fn once(&self, direction: Direction, packets: u64) -> Box<Counters> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let counters = self.counters(direction);
            if total(&counters).packets >= packets || Instant::now() > deadline {
                return counters;
            }
            thread::sleep(Duration::from_micros(200));
        }
    }

    pub fn clear_fragments(&mut self) {
        self.datapath.clear_fragments().unwrap();
    }
}

/// Counts a frame with the userspace build.
pub fn count_frame(counters: &mut Counters, tables: &impl Tables, link: Link, frame: &[u8]) {
    let outcome = classify(frame, Frame::on_wire(link), tables);
    counters.count(&outcome, OnWire { packets: 1, bytes: frame.len() as u64 }, identity);
}

pub fn total(counters: &Counters) -> OnWire {
    let (packets, bytes) = counters
        .classes
        .iter()
        .fold((0, 0), |(packets, bytes), tally| (packets + tally.packets, bytes + tally.bytes));
    OnWire { packets, bytes }
}

/// Returns the counts from `before` to `after`.
pub fn growth(before: &Counters, after: &Counters) -> Counters {
    let mut grown = *after;
    for (grown, before) in grown.classes.iter_mut().zip(&before.classes) {
        grown.packets -= before.packets;
        grown.bytes -= before.bytes;
    }
    let subtract = |grown: &mut [u64], before: &[u64]| {
        grown.iter_mut().zip(before).for_each(|(grown, before)| *grown -= before);
    };
    let flags = grown.tcp_flags.iter_mut().zip(&before.tcp_flags);
    flags.for_each(|(grown, before)| subtract(grown, before));
    let quoted = grown.quoted.iter_mut().zip(&before.quoted);
    quoted.for_each(|(grown, before)| subtract(grown, before));
    subtract(&mut grown.icmp, &before.icmp);
    subtract(&mut grown.limits, &before.limits);
    grown.unremembered -= before.unremembered;
    subtract(grown.policy.as_flattened_mut(), before.policy.as_flattened());
    grown
}

/// Asserts that both blocks have the same counters.
pub fn assert_same(what: &str, counted: &Counters, expected: &Counters) {
    for (class, (counted, expected)) in counted.classes.iter().zip(&expected.classes).enumerate() {
        assert_eq!(counted, expected, "{what}: class {class}");
    }
    assert_eq!(counted.tcp_flags, expected.tcp_flags, "{what}: TCP flags");
    assert_eq!(counted.icmp, expected.icmp, "{what}: ICMP");
    assert_eq!(counted.quoted, expected.quoted, "{what}: quotes");
    assert_eq!(counted.limits, expected.limits, "{what}: limits");
    assert_eq!(counted.policy, expected.policy, "{what}: policy");
    assert_eq!(counted.unremembered, expected.unremembered, "{what}: fragments without room");
}
