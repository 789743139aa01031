// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gathers ICMP messages by type and code, and ICMP errors by the protocol that they quote.

use classifier_common::{
    counter::Counters,
    icmp_types::{ERRORS, cells},
    protocol::Protocol,
    wire::Family,
};

use super::{Both, services::senders_of_redirects};
use crate::{
    evidence::{Evidence, Opened},
    protocol_names::ProtocolNames,
    report::traffic::{ErrorsSeen, IcmpSeen, Peers},
};

/// Lists the observed messages.
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
            senders_of_redirects(evidence, direction, protocol)
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

/// Lists the observed errors, in the order of the protocol table.
pub(super) fn errors(counted: &Both, names: &ProtocolNames) -> Vec<ErrorsSeen> {
    names.all().flat_map(|(protocol, label)| about(counted, protocol, label)).collect()
}

fn about<'a>(counted: &'a Both, protocol: Protocol, label: &'a str) -> impl Iterator<Item = ErrorsSeen> + 'a {
    let both = [(Opened::Inbound, &counted.received), (Opened::Outbound, &counted.sent)];
    both.into_iter().flat_map(move |(direction, counters)| {
        let counts = ERRORS.into_iter().zip(of_protocol(counters, protocol));
        counts.filter(|(_, messages)| *messages > 0).map(move |((family, kind), messages)| ErrorsSeen {
            direction,
            protocol: label.to_owned(),
            family,
            kind,
            name: name(family, kind),
            messages,
        })
    })
}

/// Returns the counts of a protocol's errors, in the order of [`ERRORS`].
fn of_protocol(counters: &Counters, protocol: Protocol) -> impl Iterator<Item = u64> {
    counters.quoted.iter().map(move |quoted| quoted.get(protocol.index()).copied().unwrap_or_default())
}

fn name(family: Family, kind: u8) -> &'static str {
    let labels = cells().find(|labels| (labels.family, labels.kind) == (family, Some(kind)));
    labels.map_or("unassigned", |labels| labels.name)
}
