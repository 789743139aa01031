// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counts from captures and from `/metrics`, by the same names.

use std::collections::{BTreeMap, BTreeSet};

use testbed::Samples;

/// Counts by name, without those of 0.
pub type Counts = BTreeMap<String, u64>;

pub const PACKETS: &str = "classifier_packets_total";
pub const BYTES: &str = "classifier_bytes_total";
pub const DATA: &str = "classifier_ftp_data_packets_total";

/// Families, each with the labels that distinguish its series.
const FAMILIES: [(&str, &[&str]); 3] = [
    (PACKETS, &["direction", "protocol", "role"]),
    (BYTES, &["direction", "protocol", "role"]),
    (DATA, &["direction", "mode", "evidence"]),
];

/// Protocols of spontaneous traffic, which the captures leave out.
const NEIGHBOURS: [&str; 2] = ["icmpv6", "non_ip"];

/// Returns an agent's counts on an interface.
pub fn of_metrics(samples: &Samples, interface: &str) -> Counts {
    let mut counts = Counts::new();
    for (family, labels) in FAMILIES {
        for sample in samples.of(family, &[("interface", interface)]) {
            if !NEIGHBOURS.contains(&sample.label("protocol")) {
                let values: Vec<_> = labels.iter().map(|label| sample.label(label)).collect();
                let pairs: Vec<_> =
                    sample.labels.iter().map(|(name, value)| (&name[..], &value[..])).collect();
                add(&mut counts, &[&[family], &values[..]].concat(), samples.sum(family, &pairs));
            }
        }
    }
    counts
}

pub fn add(counts: &mut Counts, series: &[&str], count: u64) {
    if count > 0 {
        *counts.entry(series.join(" ")).or_default() += count;
    }
}

/// Lists the lines in which two counts differ.
pub fn differences(captured: &Counts, counted: &Counts) -> Vec<String> {
    let series: BTreeSet<_> = captured.keys().chain(counted.keys()).collect();
    let of = |counts: &Counts, one: &String| counts.get(one).copied().unwrap_or(0);
    let line = |one: &String| (one.clone(), of(captured, one), of(counted, one));
    let lines = series.into_iter().map(line).filter(|(_, captured, counted)| captured != counted);
    lines.map(|(one, captured, counted)| format!("{one}: captured {captured}, counted {counted}")).collect()
}

/// Sums the series of a family that have this word, over both directions.
pub fn sum(counts: &Counts, family: &str, words: &str) -> u64 {
    let of_them = |series: &str| series.starts_with(family) && series.ends_with(words);
    counts.iter().filter(|(series, _)| of_them(series)).map(|(_, count)| count).sum()
}
