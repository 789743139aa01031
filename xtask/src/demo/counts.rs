//! Numbers by what was counted, from the agent or from the capture.

use std::collections::{BTreeMap, BTreeSet};

use super::frames::Frame;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub fn parse(label: &str) -> Option<Self> {
        [Self::Ingress, Self::Egress].into_iter().find(|direction| direction.label() == label)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Volume {
    pub packets: u64,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    pub protocol: String,
    pub role: String,
    pub direction: Direction,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    pub family: String,
    pub kind: String,
    pub code: String,
    pub direction: Direction,
}

/// Only what is not zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub series: BTreeMap<Series, Volume>,
    pub messages: BTreeMap<Message, u64>,
}

impl Counts {
    pub fn add(&mut self, direction: Direction, bytes: usize, frame: &Frame) {
        let series = Series { protocol: frame.protocol.into(), role: frame.role.into(), direction };
        let volume = self.series.entry(series).or_default();
        volume.packets += 1;
        volume.bytes += bytes as u64;
        if let Some((family, kind, code)) = frame.message {
            let (kind, code) = (kind.to_string(), code.to_string());
            *self.messages.entry(Message { family: family.into(), kind, code, direction }).or_default() += 1;
        }
    }

    pub fn packets(&self, protocol: &str, role: &str, direction: Direction) -> u64 {
        let series = Series { protocol: protocol.into(), role: role.into(), direction };
        self.series.get(&series).map_or(0, |volume| volume.packets)
    }

    pub fn messages(&self, family: &str, kind: u8, code: u8, direction: Direction) -> u64 {
        let (kind, code) = (kind.to_string(), code.to_string());
        let message = Message { family: family.into(), kind, code, direction };
        self.messages.get(&message).copied().unwrap_or_default()
    }

    pub fn total(&self) -> Volume {
        self.series.values().fold(Volume::default(), |sum, volume| Volume {
            packets: sum.packets + volume.packets,
            bytes: sum.bytes + volume.bytes,
        })
    }

    /// How many numbers these are.
    pub fn len(&self) -> usize {
        self.series.len() * 2 + self.messages.len()
    }
}

/// A line for everything that is not equal.
pub fn differences(expected: &Counts, counted: &Counts) -> Vec<String> {
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
        assert_eq!(differences(&counts, &counts.clone()), <[String; 0]>::default());
        assert_eq!(counts.total(), Volume { packets: 2, bytes: 158 });
        assert_eq!(counts.packets("smtp", "to_server", Direction::Ingress), 1);
        assert_eq!(counts.messages("ipv4", 8, 0, Direction::Ingress), 1);
        assert_eq!(counts.messages("ipv4", 8, 0, Direction::Egress), 0);
    }

    #[test]
    fn differences_say_both_numbers_whichever_side_lacks_them() {
        let one = counts(&[(Direction::Ingress, 60, SMTP)]);
        let none = Counts::default();
        let line = "smtp to_server ingress: expected 1 packets, 60 bytes; counted 0 packets, 0 bytes";
        assert_eq!(differences(&one, &none), [line]);
        let line = "smtp to_server ingress: expected 0 packets, 0 bytes; counted 1 packets, 60 bytes";
        assert_eq!(differences(&none, &one), [line]);
    }

    #[test]
    fn a_byte_or_a_message_too_much_is_a_difference() {
        let sent = counts(&[(Direction::Ingress, 98, ECHO)]);
        let longer = counts(&[(Direction::Ingress, 99, ECHO)]);
        assert_eq!(differences(&sent, &longer).len(), 1);
        let mut unsorted = sent.clone();
        unsorted.messages.clear();
        let line = "ipv4 ICMP type 8 code 0 ingress: expected 1, counted 0";
        assert_eq!(differences(&sent, &unsorted), [line]);
    }
}
