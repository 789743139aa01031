// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Headers in tshark's dissection: their lengths, and the fragment that they are of.

use std::collections::HashMap;

use crate::packet::{AGGREGATOR, Packet};

/// Tells whether the last link-layer header announces IP.
pub fn announces_ip(packet: &Packet<'_>) -> bool {
    const IP: [u64; 2] = [0x0800, 0x86dd];
    let tags = packet.text("vlan.etype").split(AGGREGATOR).count();
    let last = packet.number("vlan.etype", tags - 1);
    let first = || packet.number("eth.type", 0).or_else(|| packet.number("sll.etype", 0));
    last.or_else(first).is_some_and(|kind| IP.contains(&kind))
}

pub fn link_length(packet: &Packet<'_>, links: &[&str]) -> u64 {
    let length = |layer: &&str| match *layer {
        "eth" => 14,
        // The second of the two versions has the interface's index.
        "sll" if packet.nth("sll.ifindex", 0).is_some() => 20,
        "sll" => 16,
        "vlan" | "ieee8021ad" | "null" | "loop" => 4,
        _ => 0,
    };
    links.iter().map(length).sum()
}

/// Counts the captured bytes of an IP packet after its headers; `None` if its headers are incomplete, or
/// tshark does not tell their length.
pub fn held(packet: &Packet<'_>, headers: &[&str], link: u64) -> Option<u64> {
    let captured = packet.number("frame.cap_len", 0)?.checked_sub(link)?;
    let (length, mut behind) = match headers[0] {
        "ip" => (packet.number("ip.len", 0)?, packet.number("ip.hdr_len", 0)?),
        _ => match packet.number("ipv6.plen", 0)? {
            // A jumbogram, whose option has its length: otherwise tshark finds nothing after it.
            0 => (captured, 40),
            length => (40 + length, 40),
        },
    };
    let mut seen = HashMap::<_, usize>::new();
    for header in &headers[1..] {
        let nth = seen.entry(header).or_default();
        behind += match *header {
            "ipv6.fraghdr" => 8,
            "ah" => 4 * (packet.number("ah.length", *nth)? + 2),
            "ipv6.hopopts" | "ipv6.routing" | "ipv6.dstopts" => {
                packet.number(&format!("{header}.len_oct"), *nth)?
            }
            _ => return None,
        };
        *nth += 1;
    }
    length.min(captured).checked_sub(behind)
}

/// Returns the next header of the last extension header.
pub fn next(packet: &Packet<'_>, headers: &[&str]) -> Option<u64> {
    let last = headers.last()?;
    let before = headers.iter().filter(|header| *header == last).count() - 1;
    match *last {
        "ah" => packet.number("ah.next_header", before),
        "ipv6.hopopts" | "ipv6.routing" | "ipv6.dstopts" | "ipv6.fraghdr" => {
            packet.number(&format!("{last}.nxt"), before)
        }
        _ => None,
    }
}

pub fn header_is_whole(packet: &Packet<'_>, is_v4: bool, nth: usize) -> bool {
    let number = |field| packet.number(field, nth);
    if is_v4 {
        let is_long = number("ip.hdr_len").is_some_and(|length| length >= 20);
        // The length in a quote is that of the whole packet.
        let holds = nth > 0 || number("ip.len") >= number("ip.hdr_len");
        number("ip.version") == Some(4) && is_long && holds && packet.nth("ip.dst", nth).is_some()
    } else {
        number("ipv6.version") == Some(6) && packet.nth("ipv6.dst", nth).is_some()
    }
}

pub struct Place {
    pub datagram: Vec<String>,
    pub offset: u64,
    pub more: bool,
}

/// Returns the position of a fragment; `None` for a whole packet.
pub fn place(packet: &Packet<'_>, nth: usize) -> Option<Place> {
    const MORE: u64 = 1;
    let layers = packet.layers();
    let is_v4 = layers.iter().find(|layer| ["ip", "ipv6"].contains(layer)) == Some(&"ip");
    let (offset, names) = if is_v4 {
        ("ip.frag_offset", &["ip.src", "ip.dst", "ip.id", "ip.proto"][..])
    } else {
        ("ipv6.fraghdr.offset", &["ipv6.src", "ipv6.dst", "ipv6.fraghdr.ident"][..])
    };
    // A quoted packet's fragment header is the first if the message itself has none.
    let fragments = packet.text("ipv6.fraghdr.offset").split(';').count();
    let nth_fragment = if is_v4 { nth } else { nth.min(fragments - 1) };
    let offset = packet.number(offset, nth_fragment)?;
    let of = |name: &&str| {
        let nth = if name.contains("fraghdr") { nth_fragment } else { nth };
        packet.nth(name, nth).unwrap_or_default().to_owned()
    };
    let flag = if is_v4 { "ip.flags.mf" } else { "ipv6.fraghdr.more" };
    let more = packet.number(flag, nth_fragment) == Some(MORE);
    Some(Place { datagram: names.iter().map(of).collect(), offset, more })
}
