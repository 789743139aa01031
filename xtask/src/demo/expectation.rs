// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Minimum counts of a round, independent of the capture.

use super::{
    conversations::PINGS,
    counts::{Counts, Direction},
};

const PROTOCOLS: [&str; 6] = ["ftp_control", "ftp_data_active", "ftp_data_passive", "smtp", "pop3", "imap"];

/// Returns the counts that a round should have produced and did not. A count missing from both sides would
/// not differ.
pub fn missing(counts: &Counts) -> Vec<String> {
    let mut lines = vec![];
    for protocol in PROTOCOLS {
        for (role, direction) in [("to_server", Direction::Ingress), ("from_server", Direction::Egress)] {
            if counts.packets(protocol, role, direction) == 0 {
                lines.push(format!("{protocol} {role} {}: nothing counted", direction.label()));
            }
        }
    }
    let pings = u64::from(PINGS);
    for (family, kind, code, direction, expected) in [
        ("ipv4", 8, 0, Direction::Ingress, pings + 1),
        ("ipv4", 0, 0, Direction::Egress, pings),
        ("ipv4", 3, 3, Direction::Egress, 1),
        ("ipv4", 11, 0, Direction::Egress, 1),
        ("ipv6", 128, 0, Direction::Ingress, pings + 1),
        ("ipv6", 129, 0, Direction::Egress, pings),
        ("ipv6", 1, 4, Direction::Egress, 1),
        ("ipv6", 3, 0, Direction::Egress, 1),
    ] {
        let counted = counts.messages(family, kind, code, direction);
        if counted != expected {
            let direction = direction.label();
            lines.push(format!(
                "{family} ICMP type {kind} code {code} {direction}: {expected} sent, counted {counted}"
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::frames::Frame;

    fn round() -> Counts {
        let mut counts = Counts::default();
        for protocol in PROTOCOLS {
            for (role, direction) in [("to_server", Direction::Ingress), ("from_server", Direction::Egress)] {
                counts.add(direction, 60, &Frame { protocol, role, message: None });
            }
        }
        for (protocol, message, direction, times) in [
            ("icmp", ("ipv4", 8, 0), Direction::Ingress, 4),
            ("icmp", ("ipv4", 0, 0), Direction::Egress, 3),
            ("icmp", ("ipv4", 3, 3), Direction::Egress, 1),
            ("icmp", ("ipv4", 11, 0), Direction::Egress, 1),
            ("icmpv6", ("ipv6", 128, 0), Direction::Ingress, 4),
            ("icmpv6", ("ipv6", 129, 0), Direction::Egress, 3),
            ("icmpv6", ("ipv6", 1, 4), Direction::Egress, 1),
            ("icmpv6", ("ipv6", 3, 0), Direction::Egress, 1),
        ] {
            for _ in 0..times {
                counts.add(direction, 90, &Frame { protocol, role: "none", message: Some(message) });
            }
        }
        counts
    }

    #[test]
    fn a_whole_round_misses_nothing() {
        assert_eq!(missing(&round()), <[String; 0]>::default());
    }

    #[test]
    fn what_a_round_lacks_is_named() {
        let mut counts = round();
        counts.series.retain(|series, _| series.protocol != "imap" || series.role != "from_server");
        counts.messages.retain(|message, _| message.kind != "11");
        let expected = [
            "imap from_server egress: nothing counted",
            "ipv4 ICMP type 11 code 0 egress: 1 sent, counted 0",
        ];
        assert_eq!(missing(&counts), expected);
    }
}
