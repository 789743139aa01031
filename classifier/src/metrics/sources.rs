// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the hosts, networks and ports with most connections, if requested.

use classifier_common::abi::Direction;

use super::{
    catalog::{self, label},
    exposition::{Exposition, Value},
    labels::Labels,
};
use crate::{
    evidence::{Clock, Evidence, ServiceEvidence, SourceEvidence, services, top, top_services},
    protocol_names::ProtocolNames,
    snapshot::{TopPorts, TopSources},
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

/// Writes the ports of other services with most connections; nothing if not requested.
pub(super) fn write_ports(out: &mut Exposition, ports: Option<&TopPorts>) {
    let Some(TopPorts { services: summary, most }) = ports else { return };
    let services = services(summary, Clock::default());
    let largest = top_services(&services, *most);
    let labels: Vec<_> = largest.iter().map(|service| port_labels(service)).collect();
    let mut samples = out.family(&catalog::PORT_CONNECTIONS);
    for (service, labels) in largest.iter().zip(&labels) {
        samples.add(&[labels], Value::Whole(service.count));
    }
    let mut samples = out.family(&catalog::PORT_CONNECTIONS_OVERCOUNT);
    for (service, labels) in largest.iter().zip(&labels) {
        samples.add(&[labels], Value::Whole(service.overcount));
    }
}

fn port_labels(service: &ServiceEvidence) -> Labels {
    Labels::of(&[
        (label::DIRECTION, Direction::from(service.direction).label()),
        (label::TRANSPORT, &service.transport),
        (label::PORT, &service.port.to_string()),
        (label::OUTCOME, service.outcome.label()),
    ])
}

fn labels(source: &SourceEvidence) -> Labels {
    Labels::of(&[
        (label::DIRECTION, Direction::from(source.direction).label()),
        (label::PROTOCOL, &source.protocol),
        (label::OUTCOME, source.outcome.label()),
        (label::PREFIX, &source.prefix.to_string()),
    ])
}
