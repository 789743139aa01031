// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Settings of the evidence: what is followed, how many peers of connections are kept, and what is exported.

/// What is followed, and the number of peers and ports that are kept and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceSettings {
    /// Hosts and networks with an entry on each CPU, rounded up to sixteen times a power of two.
    pub max_sources: u32,
    /// Peers of each protocol and outcome among the metrics.
    pub top_sources: u32,
    /// Ports of other services, of each direction and outcome, among the metrics.
    pub top_ports: u32,
    /// True if UDP flows are followed, so that other services have UDP ports too.
    pub udp: bool,
}

impl EvidenceSettings {
    /// Most entries on each CPU: 3.6 MiB.
    pub const SOURCES_MAX: u32 = 1 << 16;
    /// Most series of a protocol and outcome in a scrape.
    pub const TOP_MAX: u32 = 1000;
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { max_sources: 8192, top_sources: 0, top_ports: 0, udp: false }
    }
}
