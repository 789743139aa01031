// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The model: interfaces, and the packets that must be counted.

use std::collections::BTreeMap;

use testbed::Samples;

use crate::node::{counted, packets};

/// An interface that is counted.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Present name.
    pub name: String,
    /// Name of the other end.
    pub far: String,
    /// Packets of the series with this name: ingress and egress.
    pub counts: [u64; 2],
}

/// Directions of [`Interface::counts`], as labels.
pub const DIRECTIONS: [&str; 2] = ["ingress", "egress"];

/// Counts of an agent.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Packets by the name of an interface: ingress and egress.
    pub interfaces: BTreeMap<String, [u64; 2]>,
    /// Data ports of FTP.
    pub learned: u64,
    /// Packets without counters.
    pub unattributed: u64,
}

impl Found {
    pub fn of(metrics: &Samples) -> Self {
        let sum = |family| metrics.sum(family, &[]);
        Self {
            interfaces: counted(metrics)
                .into_iter()
                .map(|name| (name.clone(), packets(metrics, &name)))
                .collect(),
            learned: sum("classifier_ftp_data_endpoints_learned_total"),
            unattributed: sum("classifier_unattributed_packets_total"),
        }
    }
}
