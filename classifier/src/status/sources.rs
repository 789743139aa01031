//! Whom connections were with, for people: the first of each kind.

use crate::{
    columns::Columns,
    evidence::{Evidence, RedirectEvidence, SourceEvidence, top},
};

/// So many of each direction, protocol, outcome and kind of prefix are shown.
pub(crate) const TOP: usize = 10;

/// Whom connections were with.
pub(super) fn connections(evidence: &Evidence) -> (Columns, usize) {
    let mut table = Columns::new([
        "connections with",
        "direction",
        "protocol",
        "outcome",
        ">at most",
        ">at least",
        "last seen",
    ]);
    let shown = top(&evidence.sources, TOP);
    for one in &shown {
        let SourceEvidence { direction, protocol, outcome, prefix, count, error, last_seen, .. } = one;
        table.row([
            prefix.to_string(),
            direction.label().into(),
            protocol.clone(),
            outcome.label().into(),
            count.to_string(),
            (count - error).to_string(),
            last_seen.to_string(),
        ]);
    }
    (table, shown.len())
}

/// Who sent ICMP redirects.
pub(super) fn redirects(evidence: &Evidence) -> (Columns, usize) {
    let mut table =
        Columns::new(["ICMP redirects from", "direction", "protocol", ">at most", ">at least", "last seen"]);
    let shown = evidence.redirects.iter().take(TOP);
    for RedirectEvidence { direction, protocol, prefix, count, error, last_seen, .. } in shown.clone() {
        table.row([
            prefix.to_string(),
            direction.label().into(),
            protocol.clone(),
            count.to_string(),
            (count - error).to_string(),
            last_seen.to_string(),
        ]);
    }
    (table, shown.count())
}
