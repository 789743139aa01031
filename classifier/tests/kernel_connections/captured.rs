// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Outcomes of connections in a capture, by code that is independent of the tested one.

use std::collections::BTreeMap;

use testbed::Packet;

/// Addresses, ports and sequence number of a SYN.
type Syn = (Vec<u8>, Vec<u8>, u16, u16, u32);

/// Outcomes of connections by destination port.
pub type Outcomes = BTreeMap<(u16, &'static str), u64>;

struct Tcp<'a> {
    hosts: (&'a [u8], &'a [u8]),
    header: &'a [u8],
}

fn be32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes(bytes[..2].try_into().unwrap())
}

/// Protocol, addresses and payload.
type Ip<'a> = (u8, (&'a [u8], &'a [u8]), &'a [u8]);

/// Parses an IP packet without extension headers.
fn ip(packet: &[u8]) -> Option<Ip<'_>> {
    match packet[0] >> 4 {
        4 => {
            Some((packet[9], (&packet[12..16], &packet[16..20]), &packet[usize::from(packet[0] & 15) * 4..]))
        }
        6 => Some((packet[6], (&packet[8..24], &packet[24..40]), &packet[40..])),
        _ => None,
    }
}

/// Lists every connection of a capture once, with the outcome of its first answer.
pub fn outcomes(packets: &[Packet]) -> Outcomes {
    let mut all = BTreeMap::<Syn, &'static str>::new();
    for packet in packets.iter().filter(|packet| packet.bytes.len() > 34) {
        let Some((protocol, hosts, content)) = ip(&packet.bytes[14..]) else { continue };
        match protocol {
            6 => of_tcp(&mut all, &Tcp { hosts, header: content }),
            1 | 58 => of_error(&mut all, protocol, content),
            _ => {}
        }
    }
    let mut outcomes = Outcomes::new();
    for ((_, _, _, port, _), outcome) in all {
        *outcomes.entry((port, outcome)).or_default() += 1;
    }
    outcomes
}

/// Counts the ICMP errors of a capture that report an unreachable port, host or network, and quote TCP.
pub fn errors(packets: &[Packet]) -> u64 {
    let packets = packets.iter().filter(|packet| packet.bytes.len() > 34);
    let errors = packets.filter_map(|packet| ip(&packet.bytes[14..])).filter(|(protocol, _, content)| {
        matches!((protocol, content[0]), (1, 3) | (58, 1))
            && ip(&content[8..]).is_some_and(|(quoted, ..)| quoted == 6)
    });
    errors.count() as u64
}

fn of_tcp(all: &mut BTreeMap<Syn, &'static str>, tcp: &Tcp<'_>) {
    let (source, destination) = (be16(tcp.header), be16(&tcp.header[2..]));
    let (sequence, acknowledgment, flags) = (be32(&tcp.header[4..]), be32(&tcp.header[8..]), tcp.header[13]);
    let (from, to) = (tcp.hosts.0.to_vec(), tcp.hosts.1.to_vec());
    if flags & 0x12 == 2 {
        all.entry((from, to, source, destination, sequence)).or_insert("unanswered");
        return;
    }
    let answer = match flags & 0x16 {
        0x12 => "established",
        0x14 => "refused",
        _ => return,
    };
    let syn = (to, from, destination, source, acknowledgment.wrapping_sub(1));
    if let Some(outcome) = all.get_mut(&syn)
        && *outcome == "unanswered"
    {
        *outcome = answer;
    }
}

fn of_error(all: &mut BTreeMap<Syn, &'static str>, protocol: u8, message: &[u8]) {
    let unreachable = if protocol == 1 { 3 } else { 1 };
    if message[0] != unreachable {
        return;
    }
    let Some((6, (client, server), header)) = ip(&message[8..]) else { return };
    let syn = (client.to_vec(), server.to_vec(), be16(header), be16(&header[2..]), be32(&header[4..]));
    if let Some(outcome) = all.get_mut(&syn)
        && *outcome == "unanswered"
    {
        *outcome = "rejected";
    }
}
