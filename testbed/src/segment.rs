// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! TCP segments in captured frames.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use crate::Packet;

/// Length of an Ethernet header, and of the fixed part of either IP header.
const ETHERNET: usize = 14;
const IPV4: usize = 20;
const IPV6: usize = 40;

const TCP: u8 = 6;

/// A captured TCP segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Time of capture since 1970, in whole microseconds.
    pub at: Duration,
    /// Length of the frame on the wire.
    pub length: u32,
    /// Source MAC address, as `ip link` writes it.
    pub sender: String,
    /// Source address and port.
    pub from: SocketAddr,
    /// Destination address and port.
    pub to: SocketAddr,
    /// Sequence number.
    pub number: u32,
    /// The lower eight flags: FIN is 1, SYN 2, RST 4, ACK 16.
    pub flags: u8,
    /// Captured payload.
    pub data: Vec<u8>,
}

impl Segment {
    /// Parses a frame of a laboratory's link: without tags, options and fragments. Returns `None` for other
    /// protocols than TCP.
    #[must_use]
    pub fn read(packet: &Packet) -> Option<Self> {
        let (ethernet, ip) = packet.bytes.split_at_checked(ETHERNET)?;
        let (from, to, tcp) = match ethernet[12..] {
            [0x08, 0x00] => {
                assert_eq!((ip[0], ip[6] & 0x3f, ip[7]), (0x45, 0, 0), "options, or a fragment");
                let address = |at: usize| Ipv4Addr::from(array::<4>(ip, at));
                let tcp = (ip[9] == TCP).then(|| inside(ip, IPV4, u16::from_be_bytes(array(ip, 2)).into()));
                (IpAddr::V4(address(12)), IpAddr::V4(address(16)), tcp?)
            }
            [0x86, 0xdd] => {
                let address = |at: usize| Ipv6Addr::from(array::<16>(ip, at));
                let end = IPV6 + usize::from(u16::from_be_bytes(array(ip, 4)));
                // Only neighbour discovery and multicast reports have other headers here.
                let tcp = (ip[6] == TCP).then(|| inside(ip, IPV6, end));
                (IpAddr::V6(address(8)), IpAddr::V6(address(24)), tcp?)
            }
            _ => return None,
        };
        let port = |at: usize| u16::from_be_bytes(array(tcp, at));
        Some(Self {
            at: packet.at,
            length: packet.length,
            sender: array::<6>(ethernet, 6).map(|byte| format!("{byte:02x}")).join(":"),
            from: (from, port(0)).into(),
            to: (to, port(2)).into(),
            number: u32::from_be_bytes(array(tcp, 4)),
            flags: tcp[13],
            data: tcp[usize::from(tcp[12] >> 4) * 4..].to_vec(),
        })
    }

    /// Returns whether either end has this port.
    #[must_use]
    pub fn has_port(&self, port: u16) -> bool {
        self.from.port() == port || self.to.port() == port
    }

    /// Returns whether the segment is the first of a connection.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.flags & 0x12 == 0x02
    }
}

/// Returns the captured payload of an IP packet. A short frame may have padding behind it.
fn inside(ip: &[u8], start: usize, end: usize) -> &[u8] {
    &ip[start..end.min(ip.len())]
}

fn array<const LENGTH: usize>(bytes: &[u8], at: usize) -> [u8; LENGTH] {
    bytes[at..at + LENGTH].try_into().expect("as long")
}
