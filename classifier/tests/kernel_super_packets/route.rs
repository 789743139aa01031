// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The three hosts, and the capture with the true packets.

use std::{net::IpAddr, time::Duration};

use classifier_common::segments::OnWire;
use testbed::{Capture, End, Host, Lab, Packet};

/// Tested families of IP.
pub const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

/// Two links with a router between.
pub struct Route {
    pub sender: Host,
    pub router: Host,
    pub receiver: Host,
    pub first: (End, End),
    pub second: (End, End),
}

/// Packets on the wire after the router, in either direction.
pub struct Truth {
    pub there: OnWire,
    pub back: OnWire,
}

/// The capture after the router.
pub struct Wire {
    there: Capture,
    back: Capture,
}

impl Route {
    pub fn new() -> Self {
        let lab = Lab::new();
        let (sender, router, receiver) = (lab.host("sender"), lab.host("router"), lab.host("receiver"));
        let first = lab.link(&sender, &router);
        let second = lab.link(&router, &receiver);
        router.sysctl("net/ipv4/ip_forward", "1");
        router.sysctl("net/ipv6/conf/all/forwarding", "1");
        for (host, gateway) in [(&sender, &first.1), (&receiver, &second.0)] {
            host.run("ip", &["route", "add", "default", "via", &gateway.v4.to_string()]);
            host.run("ip", &["-6", "route", "add", "default", "via", &gateway.v6.to_string()]);
        }
        let off =
            ["-K", &second.0.name, "tso", "off", "gso", "off", "tx-udp-segmentation", "off", "gro", "off"];
        router.run("ethtool", &off);
        Self { sender, router, receiver, first, second }
    }

    /// Enables or disables GRO at the receiver.
    pub fn merging(&self, on: bool) {
        self.receiver.run("ethtool", &["-K", &self.second.1.name, "gro", if on { "on" } else { "off" }]);
    }

    /// Enables GSO packets past 64 KiB, sent and merged. The kernel adds the jumbo option, which stays off
    /// the wire, to each segment when it checks the MTU: a router without the extra bytes refuses them.
    pub fn big(&self) {
        for (host, end) in [(&self.router, &self.second.0), (&self.receiver, &self.second.1)] {
            host.run("ip", &["link", "set", "dev", &end.name, "mtu", "1508"]);
        }
        self.sender.set_gso_max_size(&self.first.0.name, 180_000);
        self.router.set_gso_max_size(&self.first.1.name, 180_000);
        self.receiver.set_gso_max_size(&self.second.1.name, 180_000);
    }

    pub fn receiver_address(&self, family: Family) -> IpAddr {
        match family {
            Family::V4 => self.second.1.v4.into(),
            Family::V6 => self.second.1.v6.into(),
        }
    }

    /// Waits until all of a transfer has crossed.
    pub fn wait_until_quiet(&self) {
        let places = [
            (&self.sender, &*self.first.0.name),
            (&self.router, &*self.first.1.name),
            (&self.router, &*self.second.0.name),
            (&self.receiver, &*self.second.1.name),
        ];
        testbed::wait_until_quiet(&places, Duration::from_millis(100));
    }

    pub fn wire(&self) -> Wire {
        let capture = |direction| {
            self.router.capture(&self.second.0.name, &["-s", "96", "-Q", direction, "tcp or udp"])
        };
        Wire { there: capture("out"), back: capture("in") }
    }
}

impl Wire {
    /// Ends the capture, and asserts that every packet fits a wire.
    pub fn truth(self) -> Truth {
        let sum = |packets: &[Packet]| {
            assert!(packets.iter().all(|packet| packet.length <= 1514), "a super-packet behind the router");
            let bytes = packets.iter().map(|packet| u64::from(packet.length)).sum();
            OnWire { packets: packets.len() as u64, bytes }
        };
        Truth { there: sum(&self.there.stop()), back: sum(&self.back.stop()) }
    }
}
