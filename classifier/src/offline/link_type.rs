// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Link types of captured packets, by their numbers in files.

use std::fmt;

/// A link type (`LINKTYPE_…`), as pcap and pcapng files have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD's loopback: an address family in the byte order of the machine, then the packet.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// An IP header, with the number of some systems.
    pub const OLD_RAW: Self = Self(12);
    /// An IP header.
    pub const RAW: Self = Self(101);
    /// `OpenBSD`'s loopback: an address family in network byte order, then the packet.
    pub const LOOP: Self = Self(108);
    /// Linux' cooked packets, of the device `any` and of devices without a link-layer header.
    pub const LINUX_SLL: Self = Self(113);
    /// An IPv4 header.
    pub const IPV4: Self = Self(228);
    /// An IPv6 header.
    pub const IPV6: Self = Self(229);
    /// Linux' cooked packets, the second version.
    pub const LINUX_SLL2: Self = Self(276);
}

/// Unsupported link types that captures may have, with their names.
const OTHERS: [(u32, &str); 18] = [
    (6, "Token Ring"),
    (8, "SLIP"),
    (9, "PPP"),
    (10, "FDDI"),
    (50, "PPP"),
    (51, "PPPoE"),
    (104, "Cisco HDLC"),
    (105, "IEEE 802.11"),
    (107, "Frame Relay"),
    (127, "IEEE 802.11 with radiotap"),
    (182, "Frame Relay, several links"),
    (189, "USB"),
    (192, "PPI"),
    (195, "IEEE 802.15.4"),
    (220, "USB"),
    (227, "CAN"),
    (239, "NFLOG"),
    (253, "netlink"),
];

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        match OTHERS.iter().find(|(number, _)| *number == self.0) {
            Some((_, name)) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}
