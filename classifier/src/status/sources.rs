// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the peers of connections, and other services, for people: the largest of each kind.

use crate::{
    columns::Columns,
    evidence::{Evidence, RedirectEvidence, ServiceEvidence, SourceEvidence, top, top_services},
};

/// Most shown peers of each direction, protocol, outcome and kind of prefix.
pub(crate) const TOP: usize = 10;

/// Builds the table of peers.
pub(super) fn connections(evidence: &Evidence) -> (Columns, usize) {
    let mut table =
        Columns::new(["peer", "direction", "protocol", "outcome", ">at most", ">at least", "last seen"]);
    let shown = top(&evidence.sources, TOP);
    for one in &shown {
        let SourceEvidence { direction, protocol, outcome, prefix, count, overcount, last_seen, .. } = one;
        table.row([
            prefix.to_string(),
            direction.label().into(),
            protocol.clone(),
            outcome.label().into(),
            count.to_string(),
            (count - overcount).to_string(),
            last_seen.to_string(),
        ]);
    }
    (table, shown.len())
}

/// Builds the table of other services.
pub(super) fn services(evidence: &Evidence) -> (Columns, usize) {
    let mut table =
        Columns::new(["other service", "name", "direction", "outcome", ">at most", ">at least", "last seen"]);
    let shown = top_services(&evidence.services, TOP);
    for one in &shown {
        let ServiceEvidence {
            direction, transport, port, name, outcome, count, overcount, last_seen, ..
        } = one;
        table.row([
            format!("{transport}/{port}"),
            name.as_deref().unwrap_or("-").into(),
            direction.label().into(),
            outcome.label().into(),
            count.to_string(),
            (count - overcount).to_string(),
            last_seen.to_string(),
        ]);
    }
    (table, shown.len())
}

/// Builds the table of senders of ICMP redirects.
pub(super) fn redirects(evidence: &Evidence) -> (Columns, usize) {
    let mut table =
        Columns::new(["ICMP redirect from", "direction", "protocol", ">at most", ">at least", "last seen"]);
    let shown = evidence.redirects.iter().take(TOP);
    for RedirectEvidence { direction, protocol, prefix, count, overcount, last_seen, .. } in shown.clone() {
        table.row([
            prefix.to_string(),
            direction.label().into(),
            protocol.clone(),
            count.to_string(),
            (count - overcount).to_string(),
            last_seen.to_string(),
        ]);
    }
    (table, shown.count())
}
