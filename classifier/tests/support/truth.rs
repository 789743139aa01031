// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Expected counts of an agent, from captured segments of known kinds.

use std::net::IpAddr;

use testbed::{Samples, Segment};

use crate::counts::{Counts, FLAGS, Family, add, of_metrics};

/// Families about FTP's connections, each with the labels that distinguish its series.
pub const FAMILIES: [Family; 4] = [
    ("classifier_packets_total", &["direction", "protocol", "role"]),
    ("classifier_bytes_total", &["direction", "protocol", "role"]),
    ("classifier_tcp_flag_packets_total", &["direction", "protocol", "flag"]),
    ("classifier_ftp_data_packets_total", &["direction", "mode", "evidence"]),
];

/// Kind of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Control,
    Data { mode: &'static str, evidence: &'static str },
    Other,
}

impl Kind {
    fn protocol(self) -> &'static str {
        match self {
            Self::Control => "ftp_control",
            Self::Data { mode: "active", .. } => "ftp_data_active",
            Self::Data { .. } => "ftp_data_passive",
            Self::Other => "tcp_other",
        }
    }
}

/// Counts the segments at an interface, with these addresses of the FTP server.
pub fn of_segments<'s>(
    segments: impl Iterator<Item = &'s Segment>,
    mac: &str,
    servers: [IpAddr; 2],
    kind: impl Fn(&Segment) -> Kind,
) -> Counts {
    let [per_packet, per_byte, flag, data] = FAMILIES.map(|(family, _)| family);
    let mut counts = Counts::new();
    for segment in segments {
        let direction = if segment.sender == mac { "egress" } else { "ingress" };
        let kind = kind(segment);
        let protocol = kind.protocol();
        let role = match kind {
            Kind::Other => "none",
            Kind::Control | Kind::Data { .. } if servers.contains(&segment.to.ip()) => "to_server",
            Kind::Control | Kind::Data { .. } => "from_server",
        };
        add(&mut counts, &[per_packet, direction, protocol, role], 1);
        add(&mut counts, &[per_byte, direction, protocol, role], segment.length.into());
        for (name, mask, value) in FLAGS {
            if u16::from(segment.flags) & mask == value {
                add(&mut counts, &[flag, direction, protocol, name], 1);
            }
        }
        if let Kind::Data { mode, evidence } = kind {
            add(&mut counts, &[data, direction, mode, evidence], 1);
        }
    }
    counts
}

/// Returns an agent's counts of TCP on an interface, for the protocols of a laboratory for FTP.
pub fn of_agent(samples: &Samples, interface: &str) -> Counts {
    let mut counts = of_metrics(samples, &FAMILIES, interface);
    counts.retain(|series, _| ["ftp_", "tcp_other"].iter().any(|protocol| series.contains(protocol)));
    counts
}

/// Returns the counts from one moment to a later one.
pub fn growth(before: &Counts, after: &Counts) -> Counts {
    let grown = |series: &String, count: &u64| count - before.get(series).copied().unwrap_or(0);
    let series = after.iter().map(|(series, count)| (series.clone(), grown(series, count)));
    series.filter(|(_, count)| *count > 0).collect()
}
