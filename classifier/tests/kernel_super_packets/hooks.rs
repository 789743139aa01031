// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every hook on the way, compared with the capture.

use classifier::config::XdpMode;
use classifier_common::{
    abi::Direction::{self, Egress, Ingress},
    counter::Counters,
    protocol::Protocol,
    segments::OnWire,
};

use testbed::Host;

use crate::{
    route::Route,
    seen::{Seen, growth},
};

/// TC in both directions on the four interfaces of the way.
pub struct Hooks([Seen; 4]);

/// Interfaces that the packets towards the server cross, with direction.
const THERE: [(&str, usize, Direction); 4] = [
    ("sender, egress", 0, Egress),
    ("router, ingress", 1, Ingress),
    ("router, egress", 2, Egress),
    ("receiver, ingress", 3, Ingress),
];

/// Interfaces that the packets from the server cross, with direction.
const BACK: [(&str, usize, Direction); 4] = [
    ("receiver, egress", 3, Egress),
    ("router, back, ingress", 2, Ingress),
    ("router, back, egress", 1, Egress),
    ("sender, ingress", 0, Ingress),
];

/// Difference between a transfer with GSO packets and one without.
#[derive(Debug)]
pub struct Shape {
    pub on_wire: usize,
    pub handed_over: usize,
    pub longest_handed_over: u32,
    pub merged: usize,
    pub longest_merged: u32,
}

impl Hooks {
    pub fn attach(route: &Route) -> Self {
        let interfaces = [
            (&route.sender, &route.first.0),
            (&route.router, &route.first.1),
            (&route.router, &route.second.0),
            (&route.receiver, &route.second.1),
        ];
        Self(interfaces.map(|(host, end)| Seen::attach(host, &end.name, XdpMode::Off, true)))
    }

    fn read(&self) -> Vec<[Box<Counters>; 2]> {
        self.0.iter().map(|seen| Direction::ALL.map(|direction| seen.counters(direction))).collect()
    }

    /// Runs the transfer, and compares the counts of every hook with the wire.
    pub fn agree_with_the_wire(&self, route: &Route, protocol: Protocol, transfer: impl FnOnce()) -> Shape {
        let before = self.read();
        let wire = route.wire();
        let capture = |host: &Host, name: &str, direction: &str| {
            host.capture(name, &["-s", "96", "-Q", direction, "tcp or udp or ip6 proto 0"])
        };
        let handed_over = capture(&route.sender, &route.first.0.name, "out");
        let merged = capture(&route.receiver, &route.second.1.name, "in");
        transfer();
        route.wait_until_quiet();
        let (handed_over, merged) = (handed_over.stop(), merged.stop());
        let truth = wire.truth();
        let after = self.read();
        let counted = |interface: usize, direction: Direction, class: usize| {
            let direction = direction as usize;
            let tally = growth(&before[interface][direction], &after[interface][direction]).classes[class];
            OnWire { packets: tally.packets, bytes: tally.bytes }
        };
        let mut wrong = Vec::new();
        for (hook, interface, direction) in THERE {
            let counted = counted(interface, direction, protocol.to_server().index());
            if counted != truth.there {
                wrong.push(format!("{hook}: {counted:?}, wire {:?}", truth.there));
            }
        }
        for (hook, interface, direction) in BACK.into_iter().filter(|_| protocol == Protocol::SMTP) {
            let counted = counted(interface, direction, protocol.from_server().index());
            if counted != truth.back {
                wrong.push(format!("{hook}: {counted:?}, wire {:?}", truth.back));
            }
        }
        let longest = |packets: &[testbed::Packet]| packets.iter().map(|one| one.length).max().unwrap_or(0);
        let shape = Shape {
            on_wire: usize::try_from(truth.there.packets).unwrap(),
            handed_over: handed_over.len(),
            longest_handed_over: longest(&handed_over),
            merged: merged.len(),
            longest_merged: longest(&merged),
        };
        println!("{} bytes: {shape:?}", truth.there.bytes);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        shape
    }
}
