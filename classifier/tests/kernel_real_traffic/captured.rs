// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counts from a capture.

use crate::{
    counts::{Counts, FLAGS, Family, add},
    dissection::Dissected,
};

/// Families that a capture can check, each with the labels that distinguish its series.
pub const FAMILIES: [Family; 5] = [
    ("classifier_packets_total", &["direction", "protocol", "role"]),
    ("classifier_bytes_total", &["direction", "protocol", "role"]),
    ("classifier_icmp_packets_total", &["direction", "family", "type", "code"]),
    ("classifier_icmp_quoted_packets_total", &["direction", "family", "type", "protocol"]),
    ("classifier_tcp_flag_packets_total", &["direction", "protocol", "flag"]),
];

/// Counts the packets of tshark's dissection.
pub fn of_capture(packets: &[Dissected]) -> Counts {
    let [per_packet, per_byte, icmp, quoted, flag] = FAMILIES.map(|(family, _)| family);
    let mut counts = Counts::new();
    for packet in packets {
        let Dissected { direction, protocol, role, length, .. } = *packet;
        add(&mut counts, &[per_packet, direction, protocol, role], 1);
        add(&mut counts, &[per_byte, direction, protocol, role], length);
        for (name, mask, value) in FLAGS {
            if packet.flags & mask == value {
                add(&mut counts, &[flag, direction, protocol, name], 1);
            }
        }
        if let Some(message) = &packet.icmp {
            let [kind, code] = [message.kind, message.code].map(|number| number.to_string());
            add(&mut counts, &[icmp, direction, message.family, &kind, &code], 1);
            if let Some(protocol) = message.quoted {
                add(&mut counts, &[quoted, direction, message.family, &kind, protocol], 1);
            }
        }
    }
    counts
}

/// Sums every protocol and role of a direction.
pub fn sum(counts: &Counts, family: &str, direction: &str) -> u64 {
    let prefix = format!("{family} {direction} ");
    counts.iter().filter(|(series, _)| series.starts_with(&prefix)).map(|(_, count)| count).sum()
}
