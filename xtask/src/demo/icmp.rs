// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP traffic: ping, a closed port, and an expired hop limit.

use std::{
    io::{ErrorKind, Read},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use socket2::{Domain, Protocol, Socket, Type};

const PATIENCE: Duration = Duration::from_secs(2);

/// Closed port: the "discard" service.
const CLOSED: u16 = 9;

const IDENTIFIER: u16 = 0xc1a5;
const PAYLOAD: &[u8; 48] = b"an echo request of classifier's demo, 48 bytes..";

/// ICMP types of one address family.
struct Types {
    request: u8,
    reply: u8,
    time_exceeded: u8,
}

impl Types {
    const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self { request: 8, reply: 0, time_exceeded: 11 },
            IpAddr::V6(_) => Self { request: 128, reply: 129, time_exceeded: 3 },
        }
    }
}

/// Sends one echo request and awaits its reply.
pub fn ping(address: IpAddr, sequence: u16) -> Result<()> {
    let types = Types::of(address);
    let mut expected = echo(types.request, sequence);
    expected[0] = types.reply;
    exchange(address, 64, sequence, |answer| {
        answer.len() == expected.len() && {
            // The kernel checks the checksum.
            answer[0] == expected[0] && answer[4..] == expected[4..]
        }
    })
}

/// Sends one echo request whose hop limit expires at the first router.
pub fn spend_hops(address: IpAddr) -> Result<()> {
    let kind = Types::of(address).time_exceeded;
    exchange(address, 1, 0, |answer| answer.first() == Some(&kind))
}

/// Sends one datagram to a closed port.
pub fn knock(address: IpAddr) -> Result<()> {
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect((address, CLOSED))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.send(b"anybody here?")?;
    match socket.recv(&mut [0; 16]) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        other => bail!("a datagram to port {CLOSED} of {address} is not refused: {other:?}"),
    }
}

fn exchange(address: IpAddr, hops: u32, sequence: u16, answers: impl Fn(&[u8]) -> bool) -> Result<()> {
    let (domain, protocol) = match address {
        IpAddr::V4(_) => (Domain::IPV4, Protocol::ICMPV4),
        IpAddr::V6(_) => (Domain::IPV6, Protocol::ICMPV6),
    };
    let mut socket = Socket::new(domain, Type::RAW, Some(protocol)).context("cannot open a raw socket")?;
    if address.is_ipv4() {
        socket.set_ttl_v4(hops)?;
    } else {
        socket.set_unicast_hops_v6(hops)?;
    }
    socket.set_read_timeout(Some(PATIENCE))?;
    let request = echo(Types::of(address).request, sequence);
    socket.send_to(&request, &SocketAddr::new(address, 0).into())?;
    let end = Instant::now() + PATIENCE;
    let mut buffer = [0; 2048];
    while Instant::now() < end {
        let Ok(length) = socket.read(&mut buffer) else { break };
        // A raw IPv4 socket shows the IP header, a raw IPv6 socket does not.
        let header = if address.is_ipv4() { usize::from(buffer[0] & 0xf) * 4 } else { 0 };
        if buffer.get(header..length).is_some_and(&answers) {
            return Ok(());
        }
    }
    bail!("no answer to an echo request to {address} with {hops} hops")
}

fn echo(kind: u8, sequence: u16) -> Vec<u8> {
    let mut message = vec![kind, 0, 0, 0];
    message.extend(IDENTIFIER.to_be_bytes());
    message.extend(sequence.to_be_bytes());
    message.extend(PAYLOAD);
    // The kernel overwrites the checksum of ICMPv6, which covers the addresses too.
    let checksum = checksum(&message);
    message[2..4].copy_from_slice(&checksum.to_be_bytes());
    message
}

/// Computes the Internet checksum (RFC 1071) of an even number of bytes.
fn checksum(message: &[u8]) -> u16 {
    let words = message.as_chunks().0.iter().map(|word| u16::from_be_bytes(*word));
    !words.fold(0_u16, |sum, word| {
        let (sum, carry) = sum.overflowing_add(word);
        sum + u16::from(carry)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_its_checksum_sums_up_to_nothing() {
        assert_eq!(checksum(&echo(8, 1)), 0);
        assert_eq!(checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0x220d);
    }
}
