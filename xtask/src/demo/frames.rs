// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reference classification of the demo's frames, by minimal rules. Independent of the classifier on purpose.

use super::ftp;

/// Labels that the agent should give a frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub protocol: &'static str,
    pub role: &'static str,
    /// Family, type and code of an ICMP message.
    pub message: Option<(&'static str, u8, u8)>,
}

impl Frame {
    const fn plain(protocol: &'static str) -> Self {
        Self { protocol, role: "none", message: None }
    }
}

const ETHERNET: usize = 14;
const IPV6: usize = 40;

const HOP_BY_HOP: u8 = 0;
const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

pub fn look(frame: &[u8]) -> Frame {
    let Some(packet) = frame.get(ETHERNET..) else { return Frame::plain("malformed") };
    let seen = match frame[12..ETHERNET] {
        [0x08, 0x00] => ipv4(packet),
        [0x86, 0xdd] => ipv6(packet),
        _ => Some(Frame::plain("non_ip")),
    };
    seen.unwrap_or(Frame::plain("malformed"))
}

fn ipv4(packet: &[u8]) -> Option<Frame> {
    let header = usize::from(packet.first()? & 0xf) * 4;
    let payload = packet.get(header..)?;
    match *packet.get(9)? {
        ICMP => message("icmp", "ipv4", payload),
        other => transport(other, payload),
    }
}

/// Parses an IPv6 packet. The demo's only extension header is that of multicast listener reports.
fn ipv6(packet: &[u8]) -> Option<Frame> {
    let mut next = *packet.get(6)?;
    let mut payload = packet.get(IPV6..)?;
    if next == HOP_BY_HOP {
        next = *payload.first()?;
        payload = payload.get(usize::from(*payload.get(1)?) * 8 + 8..)?;
    }
    match next {
        ICMPV6 => message("icmpv6", "ipv6", payload),
        other => transport(other, payload),
    }
}

fn message(protocol: &'static str, family: &'static str, payload: &[u8]) -> Option<Frame> {
    Some(Frame { protocol, role: "none", message: Some((family, *payload.first()?, *payload.get(1)?)) })
}

fn transport(number: u8, payload: &[u8]) -> Option<Frame> {
    let port = |at| Some(u16::from_be_bytes([*payload.get(at)?, *payload.get(at + 1)?]));
    let frame = |protocol, role| Frame { protocol, role, message: None };
    Some(match (number, server(port(0)?), server(port(2)?)) {
        (TCP, _, Some(protocol)) => frame(protocol, "to_server"),
        (TCP, Some(protocol), None) => frame(protocol, "from_server"),
        (TCP, None, None) => Frame::plain("tcp_other"),
        (UDP, ..) => Frame::plain("udp_other"),
        _ => Frame::plain("ip_other"),
    })
}

fn server(port: u16) -> Option<&'static str> {
    match port {
        20 => Some("ftp_data_active"),
        21 => Some("ftp_control"),
        25 => Some("smtp"),
        110 => Some("pop3"),
        143 => Some("imap"),
        port if ftp::PASSIVE.contains(&port) => Some("ftp_data_passive"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ethernet(kind: u16, packet: &[u8]) -> Vec<u8> {
        [&[0; 12], kind.to_be_bytes().as_slice(), packet].concat()
    }

    fn ipv4_packet(protocol: u8, payload: &[u8]) -> Vec<u8> {
        let mut header = [0; 20];
        (header[0], header[9]) = (0x45, protocol);
        ethernet(0x0800, &[&header, payload].concat())
    }

    fn ipv6_packet(next: u8, payload: &[u8]) -> Vec<u8> {
        let mut header = [0; 40];
        (header[0], header[6]) = (0x60, next);
        ethernet(0x86dd, &[&header, payload].concat())
    }

    fn labels(frame: &[u8]) -> (&'static str, &'static str) {
        let frame = look(frame);
        (frame.protocol, frame.role)
    }

    #[test]
    fn ports_decide_protocol_and_role() {
        let ports = |from: u16, to: u16| [from.to_be_bytes(), to.to_be_bytes()].concat();
        for (from, to, expected) in [
            (40000, 25, ("smtp", "to_server")),
            (110, 40000, ("pop3", "from_server")),
            (20, 40000, ("ftp_data_active", "from_server")),
            (40000, 20, ("ftp_data_active", "to_server")),
            (61000, 40000, ("ftp_data_passive", "from_server")),
            (40000, 80, ("tcp_other", "none")),
        ] {
            assert_eq!(labels(&ipv4_packet(TCP, &ports(from, to))), expected);
            assert_eq!(labels(&ipv6_packet(TCP, &ports(from, to))), expected);
        }
        assert_eq!(labels(&ipv4_packet(UDP, &ports(40000, 25))), ("udp_other", "none"));
    }

    #[test]
    fn messages_carry_family_type_and_code() {
        assert_eq!(look(&ipv4_packet(ICMP, &[3, 3])).message, Some(("ipv4", 3, 3)));
        assert_eq!(look(&ipv6_packet(ICMPV6, &[128, 0])).message, Some(("ipv6", 128, 0)));
        let report = [&[ICMPV6, 0, 5, 2, 0, 0, 1, 0], [143, 0].as_slice()].concat();
        assert_eq!(look(&ipv6_packet(HOP_BY_HOP, &report)).message, Some(("ipv6", 143, 0)));
    }

    #[test]
    fn what_is_no_ip_and_what_is_cut() {
        assert_eq!(labels(&ethernet(0x0806, &[0; 28])), ("non_ip", "none"));
        assert_eq!(labels(&[0; 13]), ("malformed", "none"));
        assert_eq!(labels(&ipv4_packet(TCP, &[0, 25])), ("malformed", "none"));
    }
}
