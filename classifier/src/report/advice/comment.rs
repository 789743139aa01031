//! The evidence for a rule, in a line that fits a rule's comment.

use crate::report::traffic::{Finding, Peers, Service};

/// What nft takes, in letters (`NFTNL_UDATA_COMMENT_MAXLEN`).
const LETTERS: usize = 128;

/// How many connections of how many hosts, and when.
pub(super) fn of(service: &Service) -> String {
    let Some(established) = service.established() else {
        return format!("{} packets, {} of answer", service.packets_asking, service.packets_answering);
    };
    let connections = service.connections();
    let mut text = format!("{} connections", connections.total());
    for (count, outcome) in [
        (connections.refused, "refused"),
        (connections.rejected, "rejected"),
        (connections.unanswered, "unanswered"),
    ] {
        if count > 0 {
            text.extend([format!(", {count} {outcome}")]);
        }
    }
    text.push_str(&whose(established));
    if let Some(seen) = service.seen() {
        text.extend([format!(", {} to {}", seen.first, seen.last)]);
    }
    // Only with numbers that no host lives to see.
    text.truncate(LETTERS);
    text
}

fn whose(Finding { peers: Peers { hosts, all_hosts, .. }, .. }: &Finding) -> String {
    match (hosts.len(), all_hosts) {
        (0, _) => String::new(),
        (1, true) => ", 1 host".into(),
        (count, true) => format!(", {count} hosts"),
        (count, false) => format!(", {count} hosts and more"),
    }
}
