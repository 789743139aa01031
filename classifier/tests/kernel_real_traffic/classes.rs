// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Protocol and role of a packet, from tshark's fields.

use std::collections::HashMap;

use crate::dissection::Fields;

/// TCP ports of servers.
const SERVERS: [(&str, &str); 5] =
    [("20", "ftp_data_active"), ("21", "ftp_control"), ("25", "smtp"), ("110", "pop3"), ("143", "imap")];

/// Classes of first fragments, for the later ones.
pub type Firsts = HashMap<Vec<String>, (&'static str, &'static str)>;

impl<'l> Fields<'l> {
    /// Returns protocol and role; of a later fragment those of its first.
    pub fn class(&self, outer: &[&str], firsts: &mut Firsts) -> (&'static str, &'static str) {
        let Some((offset, datagram)) = self.fragment(outer) else { return self.class_by_header(outer) };
        if offset == "0" {
            let class = self.class_by_header(outer);
            firsts.insert(datagram, class);
            return class;
        }
        firsts.get(&datagram).copied().unwrap_or(("fragment", "none"))
    }

    /// Returns the offset of a fragment, and the key of its datagram; a whole IPv4 packet counts as its only
    /// fragment.
    fn fragment(&self, outer: &[&str]) -> Option<(&'l str, Vec<String>)> {
        let (offset, datagram) = if outer.contains(&"ipv6.fraghdr") {
            ("ipv6.fraghdr.offset", &["ipv6.src", "ipv6.dst", "ipv6.fraghdr.ident"][..])
        } else if outer.contains(&"ip") {
            ("ip.frag_offset", &["ip.src", "ip.dst", "ip.id", "ip.proto"][..])
        } else {
            return None;
        };
        Some((self.first(offset), datagram.iter().map(|field| self.first(field).to_owned()).collect()))
    }

    /// Returns protocol and role from the headers.
    pub fn class_by_header(&self, outer: &[&str]) -> (&'static str, &'static str) {
        match protocol_of(outer) {
            "icmp" => ("icmp", "none"),
            "icmpv6" => ("icmpv6", "none"),
            "udp" => ("udp_other", "none"),
            "tcp" => {
                let server = |field| SERVERS.iter().find(|(port, _)| *port == self.first(field));
                let to = server("tcp.dstport").map(|(_, name)| (*name, "to_server"));
                let from = server("tcp.srcport").map(|(_, name)| (*name, "from_server"));
                to.or(from).unwrap_or(("tcp_other", "none"))
            }
            "ip" | "ipv6" => ("ip_other", "none"),
            _ => ("non_ip", "none"),
        }
    }
}

/// Returns the innermost layer that the classifier parses.
pub fn protocol_of<'l>(layers: &[&'l str]) -> &'l str {
    let known = ["tcp", "udp", "icmp", "icmpv6", "ip", "ipv6"];
    let transport = layers.iter().find(|layer| known[..4].contains(layer));
    let network = layers.iter().find(|layer| known[4..].contains(layer));
    transport.or(network).copied().unwrap_or("")
}
