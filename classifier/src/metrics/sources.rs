//! The hosts and networks that most connections were with, where they are asked for.

use super::{
    catalog::{self, label},
    exposition::{Exposition, Value},
    labels::Labels,
};
use crate::{
    config::ProtocolNames,
    counters::TopSources,
    evidence::{Clock, SourceEvidence, top},
};

/// Writes the largest of each kind; nothing where nobody asks.
pub(super) fn write(out: &mut Exposition, sources: Option<&TopSources>, names: &ProtocolNames) {
    let Some(TopSources { sums, most }) = sources else { return };
    // No time is among the samples.
    let evidence = sums.evidence(names, Clock::default());
    let largest = top(&evidence.sources, *most);
    let labels: Vec<_> = largest.iter().map(|source| labels(source)).collect();
    let mut samples = out.family(&catalog::SOURCE_CONNECTIONS);
    for (source, labels) in largest.iter().zip(&labels) {
        samples.add(&[labels], Value::Whole(source.count));
    }
    let mut samples = out.family(&catalog::SOURCE_CONNECTIONS_ERROR);
    for (source, labels) in largest.iter().zip(&labels) {
        samples.add(&[labels], Value::Whole(source.error));
    }
}

fn labels(source: &SourceEvidence) -> Labels {
    Labels::of(&[
        (label::DIRECTION, source.direction.label()),
        (label::PROTOCOL, &source.protocol),
        (label::OUTCOME, source.outcome.label()),
        (label::PREFIX, &source.prefix.to_string()),
    ])
}
