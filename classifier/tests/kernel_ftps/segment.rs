// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! TCP segments of a capture.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use testbed::Packet;

const ETHERNET: usize = 14;
const IPV6: usize = 40;

/// A segment that crossed an interface.
pub struct Segment {
    pub direction: &'static str,
    pub from: SocketAddr,
    pub to: SocketAddr,
    /// Bytes of the frame.
    pub length: u64,
}

impl Segment {
    /// Reads a frame that tcpdump identified as TCP: hosts of the lab send neither tags nor extension
    /// headers.
    pub fn read(direction: &'static str, packet: &Packet) -> Self {
        let ip = &packet.bytes[ETHERNET..];
        let (from, to, transport): (IpAddr, IpAddr, _) = if packet.bytes[12..ETHERNET] == [0x08, 0x00] {
            let address = |at: usize| Ipv4Addr::from(bytes::<4>(ip, at)).into();
            (address(12), address(16), usize::from(ip[0] & 0x0f) * 4)
        } else {
            let address = |at: usize| Ipv6Addr::from(bytes::<16>(ip, at)).into();
            (address(8), address(24), IPV6)
        };
        let port = |at: usize| u16::from_be_bytes(bytes(ip, transport + at));
        let [from, to] = [SocketAddr::new(from, port(0)), SocketAddr::new(to, port(2))];
        Self { direction, from, to, length: packet.length.into() }
    }
}

fn bytes<const N: usize>(all: &[u8], at: usize) -> [u8; N] {
    *all[at..].first_chunk().expect("the capture keeps all headers")
}
