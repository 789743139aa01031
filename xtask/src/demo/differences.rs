// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Comparison of the agent's counts with the capture's.

use std::collections::BTreeSet;

use super::counts::{Counts, Message};

/// Returns a line for each count that differs.
pub fn between(expected: &Counts, counted: &Counts) -> Vec<String> {
    let mut lines = vec![];
    for series in expected.series.keys().chain(counted.series.keys()).collect::<BTreeSet<_>>() {
        let of = |counts: &Counts| counts.series.get(series).copied().unwrap_or_default();
        let (expected, counted) = (of(expected), of(counted));
        if expected != counted {
            lines.push(format!(
                "{} {} {}: expected {} packets, {} bytes; counted {} packets, {} bytes",
                series.protocol,
                series.role,
                series.direction.label(),
                expected.packets,
                expected.bytes,
                counted.packets,
                counted.bytes
            ));
        }
    }
    for message in expected.messages.keys().chain(counted.messages.keys()).collect::<BTreeSet<_>>() {
        let of = |counts: &Counts| counts.messages.get(message).copied().unwrap_or_default();
        let (expected, counted) = (of(expected), of(counted));
        if expected != counted {
            let Message { family, kind, code, direction } = message;
            let direction = direction.label();
            lines.push(format!(
                "{family} ICMP type {kind} code {code} {direction}: expected {expected}, counted {counted}"
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{counts::Direction, frames::Frame};

    fn counts(frames: &[(Direction, usize, Frame)]) -> Counts {
        let mut counts = Counts::default();
        for (direction, bytes, frame) in frames {
            counts.add(*direction, *bytes, frame);
        }
        counts
    }

    const SMTP: Frame = Frame { protocol: "smtp", role: "to_server", message: None };
    const ECHO: Frame = Frame { protocol: "icmp", role: "none", message: Some(("ipv4", 8, 0)) };

    #[test]
    fn equal_counts_have_no_differences() {
        let counts = counts(&[(Direction::Ingress, 60, SMTP), (Direction::Ingress, 98, ECHO)]);
        assert_eq!(between(&counts, &counts.clone()), <[String; 0]>::default());
    }

    #[test]
    fn differences_say_both_numbers_whichever_side_lacks_them() {
        let one = counts(&[(Direction::Ingress, 60, SMTP)]);
        let none = Counts::default();
        let line = "smtp to_server ingress: expected 1 packets, 60 bytes; counted 0 packets, 0 bytes";
        assert_eq!(between(&one, &none), [line]);
        let line = "smtp to_server ingress: expected 0 packets, 0 bytes; counted 1 packets, 60 bytes";
        assert_eq!(between(&none, &one), [line]);
    }

    #[test]
    fn a_byte_or_a_message_too_much_is_a_difference() {
        let sent = counts(&[(Direction::Ingress, 98, ECHO)]);
        let longer = counts(&[(Direction::Ingress, 99, ECHO)]);
        assert_eq!(between(&sent, &longer).len(), 1);
        let mut unsorted = sent.clone();
        unsorted.messages.clear();
        let line = "ipv4 ICMP type 8 code 0 ingress: expected 1, counted 0";
        assert_eq!(between(&sent, &unsorted), [line]);
    }
}
