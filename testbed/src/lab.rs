// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A laboratory: hosts and the links between them.

use std::{
    cell::Cell,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use crate::{Host, netlink};

/// Creates hosts and links. Addresses are unique within one laboratory.
#[derive(Default)]
pub struct Lab {
    links: Cell<u8>,
}

/// One end of a link.
#[derive(Clone, Debug)]
pub struct End {
    /// Name of the interface, on its host.
    pub name: String,
    /// Index of the interface, on its host.
    pub index: u32,
    /// Address of the end, in a network of 24 bits.
    pub v4: Ipv4Addr,
    /// Address of the end, in a network of 64 bits.
    pub v6: Ipv6Addr,
}

impl Lab {
    /// Creates an empty laboratory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a host with its loopback interface up. Interfaces that lead to the host carry its name.
    #[must_use]
    pub fn host(&self, name: &str) -> Host {
        Host::new(name)
    }

    /// Creates a veth pair between two hosts, up and ready for traffic, with an IPv4 and an IPv6 address at
    /// each end.
    #[must_use]
    pub fn link(&self, a: &Host, b: &Host) -> (End, End) {
        let (a_end, b_end) = self.pair(a, b);
        for (host, end) in [(a, &a_end), (b, &b_end)] {
            host.enter(|| {
                netlink::add_address(end.index, IpAddr::V4(end.v4), 24);
                netlink::add_address(end.index, IpAddr::V6(end.v6), 64);
                netlink::set_up(end.index);
            });
        }
        (a_end, b_end)
    }

    /// Creates a veth pair on which the kernel sends nothing: no address, no IPv6, no ARP. It only carries
    /// the frames of a [`crate::FrameSocket`].
    #[must_use]
    pub fn wire(&self, a: &Host, b: &Host, mtu: u32) -> (End, End) {
        let (a_end, b_end) = self.pair(a, b);
        for (host, end) in [(a, &a_end), (b, &b_end)] {
            host.sysctl(&format!("net/ipv6/conf/{}/disable_ipv6", end.name), "1");
            host.enter(|| netlink::set_mute(end.index, mtu));
        }
        (a_end, b_end)
    }

    fn pair(&self, a: &Host, b: &Host) -> (End, End) {
        let number = self.links.get() + 1;
        self.links.set(number);
        let name = |to: &Host| format!("{}{number}", to.name());
        let end = |host: &Host, name: String, last: u8| End {
            index: host.index(&name),
            name,
            v4: Ipv4Addr::new(10, 77, number, last),
            v6: Ipv6Addr::new(0xfd77, 0, 0, u16::from(number), 0, 0, 0, u16::from(last)),
        };
        a.enter(|| netlink::add_veth(&name(b), &name(a), b.namespace()));
        (end(a, name(b), 1), end(b, name(a), 2))
    }
}
