//! How much is kept of whom connections were with, and how much of it is served.

/// How much is kept of whom connections were with, and how much of it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceSettings {
    /// Hosts and networks that each CPU has a place for, rounded up to sixteen times a power of two.
    pub max_sources: u32,
    /// How many of each protocol and outcome are among the metrics.
    pub top_sources: u32,
}

impl EvidenceSettings {
    /// Places that each CPU can have at most: 3.6 MiB.
    pub const SOURCES_MAX: u32 = 1 << 16;
    /// Series of a protocol and outcome that a scrape can have at most.
    pub const TOP_MAX: u32 = 1000;
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { max_sources: 8192, top_sources: 0 }
    }
}
