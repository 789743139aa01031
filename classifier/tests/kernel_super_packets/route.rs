//! The three hosts, and the capture that is the truth.

use std::net::IpAddr;

use classifier_common::segments::OnWire;
use testbed::{Capture, End, Host, Lab, Packet};

/// Families of IP that are tried.
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

/// Packets on the wire behind the router, either way.
pub struct Truth {
    pub there: OnWire,
    pub back: OnWire,
}

/// The capture behind the router.
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

    /// Whether the receiver merges what arrives (GRO).
    pub fn merging(&self, on: bool) {
        self.receiver.run("ethtool", &["-K", &self.second.1.name, "gro", if on { "on" } else { "off" }]);
    }

    /// Super-packets past 64 KiB, sent and merged. The kernel counts the jumbo option, which stays off the
    /// wire, to each segment when it looks whether one fits: without room for it a router refuses them.
    pub fn big(&self) {
        for (host, end) in [(&self.router, &self.second.0), (&self.receiver, &self.second.1)] {
            host.run("ip", &["link", "set", "dev", &end.name, "mtu", "1508"]);
        }
        self.sender.set_super_packets(&self.first.0.name, 180_000);
        self.router.set_super_packets(&self.first.1.name, 180_000);
        self.receiver.set_super_packets(&self.second.1.name, 180_000);
    }

    pub fn receiver_address(&self, family: Family) -> IpAddr {
        match family {
            Family::V4 => self.second.1.v4.into(),
            Family::V6 => self.second.1.v6.into(),
        }
    }

    pub fn wire(&self) -> Wire {
        let capture = |direction| {
            self.router.capture(&self.second.0.name, &["-s", "96", "-Q", direction, "tcp or udp"])
        };
        Wire { there: capture("out"), back: capture("in") }
    }
}

impl Wire {
    /// Ends the capture: every packet must be one that a wire carries.
    pub fn truth(self) -> Truth {
        let sum = |packets: &[Packet]| {
            assert!(packets.iter().all(|packet| packet.length <= 1514), "a super-packet behind the router");
            let bytes = packets.iter().map(|packet| u64::from(packet.length)).sum();
            OnWire { packets: packets.len() as u64, bytes }
        };
        Truth { there: sum(&self.there.stop()), back: sum(&self.back.stop()) }
    }
}
