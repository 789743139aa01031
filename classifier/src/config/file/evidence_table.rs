//! The keys of `[evidence]`.

use serde::Deserialize;

use super::whole::Whole;
use crate::config::EvidenceSettings;

/// `[evidence]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceTable {
    max_sources: Option<Whole<u32, { EvidenceSettings::SOURCES_MAX }>>,
    /// 0: none.
    top_sources: Option<Whole<u32, { EvidenceSettings::TOP_MAX }, 0>>,
}

impl EvidenceTable {
    pub(super) fn max_sources(&self) -> Option<u32> {
        self.max_sources.map(|most| most.0)
    }

    pub(super) fn top_sources(&self) -> Option<u32> {
        self.top_sources.map(|top| top.0)
    }
}
