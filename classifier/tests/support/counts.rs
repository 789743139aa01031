// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counts of any observer, with the names of `/metrics`.

use std::collections::{BTreeMap, BTreeSet};

use testbed::Samples;

/// Counts by name, without those of 0.
pub type Counts = BTreeMap<String, u64>;

/// A family of series, and the labels that distinguish them.
pub type Family = (&'static str, &'static [&'static str]);

/// Counted TCP flags: a mask of bits, and their value.
pub const FLAGS: [(&str, u16, u16); 4] =
    [("syn", 0x12, 0x02), ("syn_ack", 0x12, 0x12), ("fin", 0x01, 0x01), ("rst", 0x04, 0x04)];

/// Returns an agent's counts on an interface.
pub fn of_metrics(samples: &Samples, families: &[Family], interface: &str) -> Counts {
    let mut counts = Counts::new();
    for (family, labels) in families {
        for sample in samples.of(family, &[("interface", interface)]) {
            let values = labels.iter().map(|label| sample.label(label));
            let series = [&[*family][..], &values.collect::<Vec<_>>()].concat();
            let count = samples.sum(family, &label_pairs(sample));
            add(&mut counts, &series, count);
        }
    }
    counts
}

fn label_pairs(sample: &testbed::Sample) -> Vec<(&str, &str)> {
    sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
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
