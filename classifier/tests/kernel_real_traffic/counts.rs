//! Counts by what is counted, from captures and from `/metrics`, in the same words.

use std::collections::{BTreeMap, BTreeSet};

use testbed::Samples;

use crate::dissection::Dissected;

/// How many of what; nothing that is 0.
pub type Counts = BTreeMap<String, u64>;

/// The families that a capture says something about, each with the labels that tell its series apart.
const FAMILIES: [(&str, &[&str]); 5] = [
    ("classifier_packets_total", &["direction", "protocol", "role"]),
    ("classifier_bytes_total", &["direction", "protocol", "role"]),
    ("classifier_icmp_packets_total", &["direction", "family", "type", "code"]),
    ("classifier_icmp_quoted_packets_total", &["direction", "family", "type", "protocol"]),
    ("classifier_tcp_flag_packets_total", &["direction", "protocol", "flag"]),
];

/// Flags of TCP that are counted: which bits are looked at, and how they must be.
const FLAGS: [(&str, u16, u16); 4] =
    [("syn", 0x12, 0x02), ("syn_ack", 0x12, 0x12), ("fin", 0x01, 0x01), ("rst", 0x04, 0x04)];

/// What an agent has counted on an interface.
pub fn of_metrics(samples: &Samples, interface: &str) -> Counts {
    let mut counts = Counts::new();
    for (family, labels) in FAMILIES {
        for sample in samples.of(family, &[("interface", interface)]) {
            let values = labels.iter().map(|label| sample.label(label));
            let series = [&[family][..], &values.collect::<Vec<_>>()].concat();
            let count = samples.sum(family, &label_pairs(sample));
            add(&mut counts, &series, count);
        }
    }
    counts
}

fn label_pairs(sample: &testbed::Sample) -> Vec<(&str, &str)> {
    sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// What tshark has found in a capture.
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

fn add(counts: &mut Counts, series: &[&str], count: u64) {
    if count > 0 {
        *counts.entry(series.join(" ")).or_default() += count;
    }
}

/// The lines in which two counts differ.
pub fn differences(captured: &Counts, counted: &Counts) -> Vec<String> {
    let series: BTreeSet<_> = captured.keys().chain(counted.keys()).collect();
    let of = |counts: &Counts, one: &String| counts.get(one).copied().unwrap_or(0);
    let line = |one: &String| (one.clone(), of(captured, one), of(counted, one));
    let lines = series.into_iter().map(line).filter(|(_, captured, counted)| captured != counted);
    lines.map(|(one, captured, counted)| format!("{one}: captured {captured}, counted {counted}")).collect()
}

/// Sum over every protocol and role of a direction.
pub fn sum(counts: &Counts, family: &str, direction: &str) -> u64 {
    let prefix = format!("{family} {direction} ");
    counts.iter().filter(|(series, _)| series.starts_with(&prefix)).map(|(_, count)| count).sum()
}
