// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Small packets of many connections, in both directions.

use anyhow::Result;
use classifier_common::{
    fixtures::layers::{HOSTS_V4, Layer, ethernet, icmp, ipv4_with, numbered, udp},
    wire::tcp::flag,
};

use crate::yardsticks::abi::Packet;

/// Length of each frame in bytes.
pub const LENGTH: usize = 64;

/// Server ports of the connections; their number is a power of two. Some have a class, some have none. Most
/// traffic has few FTP control connections.
const TCP: [u16; 24] = [
    21, 25, 110, 143, 443, 443, 443, 80, 80, 22, 25, 8080, 6000, 993, 143, 443, 443, 3306, 5432, 443, 25, 80,
    995, 465,
];
const UDP: [u16; 6] = [53, 443, 443, 123, 5353, 53];
const PINGS: u16 = 2;

/// Mask of the client port's random bits: the number of connections of each kind, minus one.
const VARIED: u16 = 127;

/// Offset of the transport header behind Ethernet and IPv4.
const UPPER: u32 = 14 + 20;

/// Returns packets of both directions for each kind of connection.
pub fn packets() -> Result<Vec<Packet>> {
    let mut packets = Vec::new();
    let clients = (32_768..).step_by(usize::from(VARIED) + 1);
    let tcp = TCP.map(|server| (Some(server), true));
    let udp = UDP.map(|server| (Some(server), false));
    let pings = [(None, false); PINGS as usize];
    for ((server, is_tcp), client) in tcp.into_iter().chain(udp).chain(pings).zip(clients) {
        for to_server in [true, false] {
            let (carried, client_at) = match server {
                None => (ping(client, to_server), 4),
                Some(server) => {
                    let ports = if to_server { (client, server) } else { (server, client) };
                    (segment(ports, is_tcp), if to_server { 0 } else { 2 })
                }
            };
            packets.push(packet(carried, to_server, UPPER + client_at)?);
        }
    }
    Ok(packets)
}

fn segment(ports: (u16, u16), is_tcp: bool) -> Layer {
    if is_tcp { numbered(ports, flag::ACK, (1, 1), b"NOOP\r\n") } else { udp(ports.0, ports.1) }
}

fn ping(identification: u16, to_server: bool) -> Layer {
    icmp(if to_server { 8 } else { 0 }, 0, b"data").with(4, &identification.to_be_bytes())
}

fn packet(carried: Layer, to_server: bool, client_at: u32) -> Result<Packet> {
    let (client, server) = HOSTS_V4;
    let ends = if to_server { (client, server) } else { (server, client) };
    let frame = ethernet(ipv4_with(carried, |header| (header.source, header.destination) = ends));
    let mut bytes: Vec<u8> = frame.into();
    bytes.resize(LENGTH, 0);
    Ok(Packet { varied_at: client_at, varied: VARIED.into(), ..Packet::new(&bytes)? })
}
