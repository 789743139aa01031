// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A packet in tshark's dissection.

use std::net::IpAddr;

/// Requested fields.
pub const FIELDS: [&str; 53] = [
    "frame.len",
    "frame.cap_len",
    "frame.time_epoch",
    "frame.protocols",
    "eth.type",
    "vlan.etype",
    "sll.etype",
    "sll.ifindex",
    "ip.version",
    "ip.hdr_len",
    "ip.len",
    "ip.src",
    "ip.dst",
    "ip.id",
    "ip.proto",
    "ip.frag_offset",
    "ip.flags.mf",
    "ipv6.version",
    "ipv6.plen",
    "ipv6.nxt",
    "ipv6.hopopts.len_oct",
    "ipv6.hopopts.nxt",
    "ipv6.routing.len_oct",
    "ipv6.routing.nxt",
    "ipv6.dstopts.len_oct",
    "ipv6.dstopts.nxt",
    "ah.length",
    "ah.next_header",
    "ipv6.src",
    "ipv6.dst",
    "ipv6.fraghdr.ident",
    "ipv6.fraghdr.offset",
    "ipv6.fraghdr.more",
    "ipv6.fraghdr.nxt",
    "tcp.stream",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.hdr_len",
    "tcp.flags",
    "tcp.urgent_pointer",
    "udp.srcport",
    "udp.dstport",
    "udp.checksum",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
    "ftp.request.command",
    "ftp.request.arg",
    "ftp.response.code",
    "ftp.response.arg",
    "_ws.short",
    "_ws.malformed",
];

/// Separator of the values of a repeated field, outermost first.
pub const AGGREGATOR: char = ';';

/// The values of the fields.
pub struct Packet<'l>(Vec<&'l str>);

impl<'l> Packet<'l> {
    pub fn of(line: &'l str) -> Self {
        let values: Vec<_> = line.split('\t').collect();
        assert_eq!(values.len(), FIELDS.len(), "{line}");
        Self(values)
    }

    /// Returns all values of the field.
    pub fn text(&self, field: &str) -> &'l str {
        let at = FIELDS.iter().position(|known| *known == field);
        self.0[at.unwrap_or_else(|| panic!("{field} is not asked for"))]
    }

    /// Returns the value in the `nth` header that has the field.
    pub fn nth(&self, field: &str, nth: usize) -> Option<&'l str> {
        self.text(field).split(AGGREGATOR).nth(nth).filter(|value| !value.is_empty())
    }

    /// Returns the value as a number, decimal or hexadecimal.
    pub fn number(&self, field: &str, nth: usize) -> Option<u64> {
        let value = self.nth(field, nth)?;
        match value {
            "True" => Some(1),
            "False" => Some(0),
            hexadecimal if hexadecimal.starts_with("0x") => u64::from_str_radix(&hexadecimal[2..], 16).ok(),
            decimal => decimal.parse().ok(),
        }
    }

    pub fn layers(&self) -> Vec<&'l str> {
        self.text("frame.protocols").split(':').collect()
    }

    /// Returns the outermost addresses: source and destination.
    pub fn hosts(&self) -> Option<[IpAddr; 2]> {
        let of = |family: &str| {
            let both = ["src", "dst"].map(|end| self.nth(&format!("{family}.{end}"), 0)?.parse().ok());
            let [Some(from), Some(to)] = both else { return None };
            Some([from, to])
        };
        if self.layers().iter().find(|layer| ["ip", "ipv6"].contains(layer)) == Some(&"ipv6") {
            of("ipv6")
        } else {
            of("ip")
        }
    }

    /// Returns the seconds since 1970.
    pub fn time(&self) -> f64 {
        self.text("frame.time_epoch").parse().unwrap_or_default()
    }
}
