//! ICMP, by type and code.

use classifier_common::{counter::Counters, family::Family, icmp_types::cells};

use super::{hosts, packets::Both};
use crate::{
    evidence::{Evidence, Opened},
    report::traffic::{IcmpSeen, Peers},
};

/// The messages that there were.
pub(super) fn of(counted: &Both, evidence: &Evidence) -> Vec<IcmpSeen> {
    let both = [(Opened::Inbound, &counted.received), (Opened::Outbound, &counted.sent)];
    both.into_iter().flat_map(|(direction, counters)| of_direction(counters, direction, evidence)).collect()
}

fn of_direction<'a>(
    counters: &'a Counters,
    direction: Opened,
    evidence: &'a Evidence,
) -> impl Iterator<Item = IcmpSeen> + 'a {
    let counts = cells().zip(&counters.icmp).filter(|(_, messages)| **messages > 0);
    counts.map(move |(labels, messages)| {
        let protocol = if labels.family == Family::V4 { "icmp" } else { "icmpv6" };
        let senders = if labels.name.starts_with("redirect") {
            hosts::of_redirects(evidence, direction, protocol)
        } else {
            Peers::default()
        };
        IcmpSeen {
            direction,
            family: labels.family,
            kind: labels.kind,
            code: labels.code,
            name: labels.name,
            messages: *messages,
            senders,
        }
    })
}
