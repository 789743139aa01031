// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packet and message counts, from the agent or from the capture.

use std::collections::BTreeMap;

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

/// Counts by key, without zeros.
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

    /// Returns the number of counts.
    pub fn len(&self) -> usize {
        self.series.len() * 2 + self.messages.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_under_its_labels() {
        let mut counts = Counts::default();
        counts.add(Direction::Egress, 60, &Frame { protocol: "smtp", role: "from_server", message: None });
        let echo = Frame { protocol: "icmp", role: "none", message: Some(("ipv4", 8, 0)) };
        counts.add(Direction::Ingress, 98, &echo);
        assert_eq!(counts.total(), Volume { packets: 2, bytes: 158 });
        assert_eq!(counts.len(), 5);
        assert_eq!(counts.packets("smtp", "from_server", Direction::Egress), 1);
        assert_eq!(counts.packets("smtp", "from_server", Direction::Ingress), 0);
        assert_eq!(counts.messages("ipv4", 8, 0, Direction::Ingress), 1);
        assert_eq!(counts.messages("ipv4", 8, 0, Direction::Egress), 0);
    }
}
