// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Protocol and role of a packet, from its headers in tshark.

use std::collections::HashMap;

use crate::{
    headers::{Place, announces_ip, header_is_whole, held, link_length, next, place},
    packet::Packet,
};

pub type Class = (&'static str, &'static str);

const SERVERS: [(u64, &str); 5] =
    [(20, "ftp_data_active"), (21, "ftp_control"), (25, "smtp"), (110, "pop3"), (143, "imap")];

const MALFORMED: Class = ("malformed", "none");
const NON_IP: Class = ("non_ip", "none");
const IP_OTHER: Class = ("ip_other", "none");

/// Layers before the first that identifies a frame's content.
const LINKS: [&str; 9] =
    ["eth", "ethertype", "vlan", "ieee8021ad", "sll", "null", "loop", "raw", "eth_withoutfcs"];

/// Extension headers of IPv6 that are skipped.
const EXTENSIONS: [&str; 9] = [
    "ipv6.hopopts",
    "ipv6.routing",
    "ipv6.dstopts",
    "ipv6.fraghdr",
    "ah",
    "mipv6",
    "hip",
    "shim6",
    "ipv6.shim6",
];

/// Counts the skipped headers after that of IP: in IPv4 one authentication header.
fn extensions(layers: &[&str], is_v4: bool) -> usize {
    let known: &[&str] = if is_v4 { &["ah"] } else { &EXTENSIONS };
    let count = layers[1..].iter().take_while(|layer| known.contains(layer)).count();
    if is_v4 { count.min(1) } else { count }
}

/// Numbers of the headers that are parsed, after extension headers.
const WALKED: [u64; 11] = [0, 6, 17, 43, 44, 51, 58, 60, 135, 139, 140];

const VLAN_TAGS: usize = 8;
/// Bytes of every message of ICMP and `ICMPv6` (RFC 792; RFC 4443 §3 and §4), whatever tshark has found
/// before.
const ICMP_HEADER: u64 = 8;
const EXTENSIONS_MOST: usize = 8;

/// A whole ICMP message, or the first of its fragments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    pub family: &'static str,
    pub kind: u64,
    pub code: u64,
    /// For an error, the protocol of the quoted packet.
    pub quoted: Option<&'static str>,
}

/// Classification of a packet by its own headers.
#[derive(Clone, Debug)]
pub struct ByHeaders {
    pub class: Class,
    pub message: Option<Message>,
    /// True if it has a whole TCP header, and ports.
    pub is_tcp: bool,
}

impl ByHeaders {
    fn only(class: Class) -> Self {
        Self { class, message: None, is_tcp: false }
    }
}

/// Classes of first fragments.
#[derive(Default)]
pub struct Fragments(HashMap<Vec<String>, Class>);

impl Fragments {
    /// Changes the class of a first fragment.
    pub fn relabel(&mut self, packet: &Packet<'_>, class: Class) {
        if let Some(Place { datagram, offset: 0, more: true }) = place(packet, 0) {
            self.0.insert(datagram, class);
        }
    }

    pub fn classify(&mut self, packet: &Packet<'_>) -> ByHeaders {
        let layers = packet.layers();
        let links = layers.iter().take_while(|layer| LINKS.contains(layer)).count();
        let link = link_length(packet, &layers[..links]);
        let tags = layers[..links].iter().filter(|layer| ["vlan", "ieee8021ad"].contains(layer)).count();
        if tags > VLAN_TAGS {
            return ByHeaders::only(NON_IP);
        }
        let captured = packet.number("frame.cap_len", 0).unwrap_or_default();
        if packet.text("frame.protocols").is_empty() {
            return ByHeaders::only(MALFORMED);
        }
        let is_cut = captured < link.max(1);
        match layers.get(links) {
            Some(&"ip" | &"ipv6") => self.ip(packet, &layers[links..], link),
            _ if is_cut => ByHeaders::only(MALFORMED),
            Some(&("_ws.malformed" | "_ws.short")) => ByHeaders::only(MALFORMED),
            // tshark treats an IPv6 header of another version as data.
            Some(&"data") | None if announces_ip(packet) => ByHeaders::only(MALFORMED),
            Some(_) | None => ByHeaders::only(NON_IP),
        }
    }

    fn ip(&mut self, packet: &Packet<'_>, layers: &[&str], link: u64) -> ByHeaders {
        let is_v4 = layers[0] == "ip";
        let captured = packet.number("frame.cap_len", 0).unwrap_or_default();
        if !header_is_whole(packet, is_v4, 0)
            || is_v4 && link + packet.number("ip.hdr_len", 0).unwrap_or_default() > captured
        {
            return ByHeaders::only(MALFORMED);
        }
        let extensions = extensions(layers, is_v4);
        if extensions > EXTENSIONS_MOST {
            return ByHeaders::only(IP_OTHER);
        }
        let place = place(packet, 0);
        if let Some(Place { datagram, offset, .. }) = &place
            && *offset != 0
        {
            return ByHeaders::only(self.0.get(datagram).copied().unwrap_or(("fragment", "none")));
        }
        let held = held(packet, &layers[..=extensions], link);
        // Only tshark parses options, and it does not tell the length of a mobility header's options.
        let fields: &[&str] = if layers.contains(&"mipv6") { &[] } else { &["_ws.short", "_ws.malformed"] };
        let breaks_off = fields.iter().any(|field| !packet.text(field).is_empty());
        if extensions != 0 && extensions == layers.len() - 1 && breaks_off {
            let ends =
                held.is_some() && next(packet, &layers[1..]).is_some_and(|next| !WALKED.contains(&next));
            return ByHeaders::only(if ends { IP_OTHER } else { MALFORMED });
        }
        let mut by_headers = self.upper(packet, &layers[1 + extensions..], is_v4);
        if by_headers.message.is_some() && held.is_some_and(|held| held < ICMP_HEADER) {
            by_headers = ByHeaders::only(MALFORMED);
        }
        if let Some(Place { datagram, more: true, .. }) = place {
            self.0.insert(datagram, by_headers.class);
        }
        by_headers
    }

    fn upper(&self, packet: &Packet<'_>, layers: &[&str], is_v4: bool) -> ByHeaders {
        match (layers.first().copied(), is_v4) {
            (Some("tcp"), _) => {
                let whole = packet.nth("tcp.urgent_pointer", 0).is_some();
                if !whole || packet.number("tcp.hdr_len", 0).is_none_or(|length| length < 20) {
                    return ByHeaders::only(MALFORMED);
                }
                ByHeaders { is_tcp: true, ..ByHeaders::only(by_tcp_ports(packet, true)) }
            }
            (Some("udp"), _) if packet.nth("udp.checksum", 0).is_none() => ByHeaders::only(MALFORMED),
            (Some("udp"), _) => ByHeaders::only(("udp_other", "none")),
            (Some("icmp"), true) => self.icmp(packet, layers, true),
            (Some("icmpv6"), false) => self.icmp(packet, layers, false),
            _ => ByHeaders::only(IP_OTHER),
        }
    }

    fn icmp(&self, packet: &Packet<'_>, layers: &[&str], is_v4: bool) -> ByHeaders {
        let (family, name, errors) = if is_v4 {
            ("ipv4", "icmp", &[3, 4, 5, 11, 12][..])
        } else {
            ("ipv6", "icmpv6", &[1, 2, 3, 4][..])
        };
        let number = |part: &str| packet.number(&format!("{name}.{part}"), 0);
        let (Some(kind), Some(code)) = (number("type"), number("code")) else {
            return ByHeaders::only(MALFORMED);
        };
        let quoted = errors.contains(&kind).then(|| self.quoted(packet, &layers[1..], is_v4));
        let message = Some(Message { family, kind, code, quoted });
        ByHeaders { message, ..ByHeaders::only((name, "none")) }
    }

    /// Returns the protocol of the quoted packet, whose headers are the second of their kind.
    fn quoted(&self, packet: &Packet<'_>, layers: &[&str], is_v4: bool) -> &'static str {
        let family = if is_v4 { "ip" } else { "ipv6" };
        if layers.first() != Some(&family) || !header_is_whole(packet, is_v4, 1) {
            return "malformed";
        }
        if let Some(Place { datagram, offset, .. }) = place(packet, 1)
            && offset != 0
        {
            return self.0.get(&datagram).map_or("fragment", |(protocol, _)| protocol);
        }
        let extensions = extensions(layers, is_v4);
        match (layers.get(1 + extensions).copied(), is_v4) {
            (Some("tcp"), _) if packet.nth("tcp.dstport", 0).is_none() => "malformed",
            (Some("tcp"), _) => by_tcp_ports(packet, false).0,
            (Some("udp"), _) if packet.nth("udp.dstport", 0).is_none() => "malformed",
            (Some("udp"), _) => "udp_other",
            (Some("icmp"), true) => "icmp",
            (Some("icmpv6"), false) => "icmpv6",
            _ => "ip_other",
        }
    }
}

/// Classifies by the destination's port, or the source's; on a SYN-ACK the other way round.
fn by_tcp_ports(packet: &Packet<'_>, has_flags: bool) -> Class {
    const SYN_ACK: u64 = 0x12;
    let [from, to] = ["tcp.srcport", "tcp.dstport"].map(|field| packet.number(field, 0));
    let server =
        |port: Option<u64>| SERVERS.iter().find(|(known, _)| Some(*known) == port).map(|(_, name)| *name);
    let towards = server(to).map(|name| (name, "to_server"));
    let back = server(from).map(|name| (name, "from_server"));
    let answers = has_flags && packet.number("tcp.flags", 0).is_some_and(|flags| flags & SYN_ACK == SYN_ACK);
    let class = if answers && from != to { back.or(towards) } else { towards.or(back) };
    class.unwrap_or(("tcp_other", "none"))
}
