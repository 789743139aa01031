//! Writes the hosts and networks with most connections, if requested.

use classifier_common::abi::Direction;

use super::{
    catalog::{self, label},
    exposition::{Exposition, Value},
    labels::Labels,
};
use crate::{
    evidence::{Clock, Evidence, SourceEvidence, top},
    protocol_names::ProtocolNames,
    snapshot::TopSources,
};

/// Writes the largest of each kind; nothing if not requested.
pub(super) fn write(out: &mut Exposition, sources: Option<&TopSources>, names: &ProtocolNames) {
    let Some(TopSources { sums, most }) = sources else { return };
    // The samples have no times.
    let evidence = Evidence::of(sums, names, Clock::default());
    let largest = top(&evidence.sources, *most);
    let labels: Vec<_> = largest.iter().map(|source| labels(source)).collect();
    let mut samples = out.family(&catalog::SOURCE_CONNECTIONS);
    for (source, labels) in largest.iter().zip(&labels) {
        samples.add(&[labels], Value::Whole(source.count));
    }
    let mut samples = out.family(&catalog::SOURCE_CONNECTIONS_OVERCOUNT);
    for (source, labels) in largest.iter().zip(&labels) {
        samples.add(&[labels], Value::Whole(source.overcount));
    }
}

fn labels(source: &SourceEvidence) -> Labels {
    Labels::of(&[
        (label::DIRECTION, Direction::from(source.direction).label()),
        (label::PROTOCOL, &source.protocol),
        (label::OUTCOME, source.outcome.label()),
        (label::PREFIX, &source.prefix.to_string()),
    ])
}
