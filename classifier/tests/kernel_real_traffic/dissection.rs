// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Dissects a capture by tshark, which shares no code with the classifier.

use std::{collections::HashMap, path::Path, process::Command};

use testbed::run;

use crate::classes::{Firsts, protocol_of};

/// A packet in tshark's dissection.
pub struct Dissected {
    pub length: u64,
    pub direction: &'static str,
    pub protocol: &'static str,
    pub role: &'static str,
    pub icmp: Option<Icmp>,
    /// Flags of the TCP header, 0 without one.
    pub flags: u16,
}

/// A whole ICMP message, or its first fragment.
pub struct Icmp {
    pub family: &'static str,
    pub kind: u8,
    pub code: u8,
    /// For errors: the protocol of the quoted packet.
    pub quoted: Option<&'static str>,
}

const FIELDS: [&str; 19] = [
    "frame.len",
    "eth.src",
    "frame.protocols",
    "ip.src",
    "ip.dst",
    "ip.id",
    "ip.proto",
    "ip.frag_offset",
    "ipv6.src",
    "ipv6.dst",
    "ipv6.fraghdr.ident",
    "ipv6.fraghdr.offset",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
];

/// Reads a capture; frames from this MAC address are egress.
pub fn dissect(file: &Path, mac: &str) -> Vec<Dissected> {
    let mut tshark = Command::new("tshark");
    // Fragments and segments are not reassembled.
    for preference in ["ip.defragment", "ipv6.defragment", "tcp.desegment_tcp_streams"] {
        tshark.args(["-o", &format!("{preference}:FALSE")]);
    }
    tshark.args(["-n", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"]);
    tshark.args(FIELDS.map(|field| ["-e", field]).as_flattened());
    let mut firsts = HashMap::new();
    let text = run(tshark.arg("-r").arg(file));
    text.lines().map(|line| Fields::of(line).dissect(mac, &mut firsts)).collect()
}

/// Fields of a packet: each with the values of the outer header first, then of a quoted one.
pub struct Fields<'l>(HashMap<&'static str, Vec<&'l str>>);

impl<'l> Fields<'l> {
    fn of(line: &'l str) -> Self {
        let values = line.split('\t').map(|values| values.split(',').collect());
        Self(FIELDS.into_iter().zip(values).collect())
    }

    /// Returns the value of the outermost header.
    pub fn first(&self, field: &str) -> &'l str {
        self.0[field][0]
    }

    fn number(&self, field: &str) -> u8 {
        self.first(field).parse().unwrap_or_else(|_| panic!("{field}: {}", self.first(field)))
    }

    fn dissect(&self, mac: &str, firsts: &mut Firsts) -> Dissected {
        let layers: Vec<_> = self.first("frame.protocols").split(':').collect();
        let icmp = layers.iter().position(|layer| layer.starts_with("icmp"));
        let (outer, quoted) = layers.split_at(icmp.map_or(layers.len(), |at| at + 1));
        let (protocol, role) = self.class(outer, firsts);
        let flags = if protocol_of(outer) == "tcp" { self.first("tcp.flags") } else { "0x0" };
        Dissected {
            length: self.first("frame.len").parse().expect("a length"),
            direction: if self.first("eth.src") == mac { "egress" } else { "ingress" },
            protocol,
            role,
            icmp: icmp.map(|at| self.icmp(layers[at] == "icmp", quoted)),
            flags: u16::from_str_radix(flags.trim_start_matches("0x"), 16).expect("a number"),
        }
    }

    fn icmp(&self, is_v4: bool, quoted: &[&str]) -> Icmp {
        let (family, name, errors) = if is_v4 {
            ("ipv4", "icmp", &[3, 4, 5, 11, 12][..])
        } else {
            ("ipv6", "icmpv6", &[1, 2, 3, 4][..])
        };
        let kind = self.number(&format!("{name}.type"));
        let quoted = errors.contains(&kind).then(|| self.class_by_header(quoted).0);
        Icmp { family, kind, code: self.number(&format!("{name}.code")), quoted }
    }
}
