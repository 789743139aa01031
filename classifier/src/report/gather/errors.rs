//! ICMP errors, by what they are about.

use classifier_common::{
    counter::Counters,
    family::Family,
    icmp_types::{ERRORS, cells},
    protocol::Protocol,
};

use super::packets::Both;
use crate::{config::ProtocolNames, evidence::Opened, report::traffic::ErrorsSeen};

/// Those that there were, in the order of the protocol table.
pub(super) fn of(counted: &Both, names: &ProtocolNames) -> Vec<ErrorsSeen> {
    let fixed = Protocol::FIXED.iter().map(|(protocol, label, _)| (*protocol, *label));
    fixed.chain(names.iter()).flat_map(|(protocol, label)| about(counted, protocol, label)).collect()
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

/// In the order of [`ERRORS`].
fn of_protocol(counters: &Counters, protocol: Protocol) -> impl Iterator<Item = u64> {
    counters.quoted.iter().map(move |quoted| quoted.get(protocol.index()).copied().unwrap_or_default())
}

fn name(family: Family, kind: u8) -> &'static str {
    let labels = cells().find(|labels| (labels.family, labels.kind) == (family, Some(kind)));
    labels.map_or("unassigned", |labels| labels.name)
}
