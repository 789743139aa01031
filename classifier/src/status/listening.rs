// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compares the ports on which processes listen with the observed connections.

use classifier_common::{evidence::ConnectionOutcome, ports::Transport, protocol::Protocol};
use serde::Serialize;

use crate::{
    datapath::KnownPort,
    evidence::{Evidence, Opened, ServiceEvidence},
    protocol_names::ProtocolNames,
    sockets::{Listener, Process, Sockets},
};

/// Use of a port, as far as the observed connections show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Connections were established, and a process listens.
    Used,
    /// A process listens, and no connection was established.
    NeverUsed,
    /// A process listens, and the use is not known: UDP, or an estimate that does not decide.
    Unknown,
    /// Connections were established, and no process listens here: the port is forwarded, or in another network namespace.
    NotListening,
}

/// A port on which processes listen, or that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListeningReport {
    /// Transport of the port: `tcp` or `udp`.
    pub transport: &'static str,
    /// Port.
    pub port: u16,
    /// Protocol of the port; `null` if no protocol has it.
    pub protocol: Option<String>,
    /// Processes that listen; none if they are not visible.
    pub processes: Vec<Process>,
    /// Use of the port.
    pub usage: Usage,
}

/// Lists the ports, by transport and number. Without evidence every use is unknown.
pub(super) fn ports(
    sockets: &Sockets,
    evidence: Option<&Evidence>,
    known: &[KnownPort],
    names: &ProtocolNames,
) -> Vec<ListeningReport> {
    let protocol = |transport, port| {
        let is_its = |one: &&KnownPort| (one.transport, one.port) == (transport, port);
        let protocol = known.iter().find(is_its)?.protocol;
        protocol.has_server().then_some(protocol)
    };
    let listening = sockets.listening.iter().map(|listener| {
        let Listener { transport, port, ref processes, .. } = *listener;
        let protocol = protocol(transport, port);
        let label = protocol.map(|protocol| names.label(protocol).to_owned());
        let usage = evidence.map_or(Usage::Unknown, |evidence| match (&label, transport) {
            (Some(label), Transport::Tcp) => usage(evidence, port, label),
            // Packets of a known UDP port have no outcome.
            (Some(_), Transport::Udp) => Usage::Unknown,
            (None, _) => usage_of_other(evidence, transport, port),
        });
        ListeningReport {
            transport: word(transport),
            port,
            protocol: label,
            processes: processes.clone(),
            usage,
        }
    });
    let is_listening =
        |transport, port| sockets.listening.iter().any(|one| (one.transport, one.port) == (transport, port));
    let elsewhere =
        evidence.into_iter().flat_map(used).filter(|(transport, port, _)| !is_listening(*transport, *port));
    let elsewhere = elsewhere.map(|(transport, port, protocol)| ListeningReport {
        transport: word(transport),
        port,
        protocol,
        processes: Vec::new(),
        usage: Usage::NotListening,
    });
    let mut ports: Vec<_> = listening.chain(elsewhere).collect();
    ports.sort_by_key(|one| (one.transport, one.port));
    ports.dedup_by_key(|one| (one.transport, one.port));
    ports
}

const fn word(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    }
}

/// Returns the use of a TCP port of a protocol, on which a process listens.
fn usage(evidence: &Evidence, port: u16, protocol: &str) -> Usage {
    let seen = evidence.seen.iter().find(|seen| {
        (seen.direction, seen.outcome) == (Opened::Inbound, ConnectionOutcome::Established)
            && seen.protocol == protocol
    });
    match seen {
        Some(seen) if port == seen.lowest_port || port == seen.highest_port => Usage::Used,
        // Only the lowest and the highest port are known.
        Some(seen) if (seen.lowest_port..seen.highest_port).contains(&port) => Usage::Unknown,
        Some(_) | None => Usage::NeverUsed,
    }
}

/// Returns the use of a port without a protocol, on which a process listens. Whether UDP flows were always followed is not
/// known, so that no UDP port is called unused.
fn usage_of_other(evidence: &Evidence, transport: Transport, port: u16) -> Usage {
    let established = |outcome| outcome == ConnectionOutcome::Established;
    let mut services = evidence.services.iter();
    let is_its = |one: &ServiceEvidence| (one.of_transport(), one.port) == (transport, port);
    let service =
        services.find(|one| one.direction == Opened::Inbound && is_its(one) && established(one.outcome));
    let unlisted = evidence.unlisted_services.iter().find(|one| established(one.outcome));
    match service {
        Some(service) if service.count > service.overcount => Usage::Used,
        None if transport == Transport::Tcp && unlisted.is_none_or(|one| one.at_most == 0) => {
            Usage::NeverUsed
        }
        Some(_) | None => Usage::Unknown,
    }
}

/// Lists the ports with established inbound connections, each with its protocol. Ports of FTP data have no lasting
/// listeners.
fn used(evidence: &Evidence) -> impl Iterator<Item = (Transport, u16, Option<String>)> {
    let data = [Protocol::FTP_DATA_ACTIVE, Protocol::FTP_DATA_PASSIVE].map(Protocol::fixed_label);
    let is_established =
        |direction, outcome| (direction, outcome) == (Opened::Inbound, ConnectionOutcome::Established);
    let seen = evidence.seen.iter().filter(move |seen| {
        is_established(seen.direction, seen.outcome) && !data.contains(&Some(seen.protocol.as_str()))
    });
    let known = seen.flat_map(|seen| {
        [seen.lowest_port, seen.highest_port].map(|port| (Transport::Tcp, port, Some(seen.protocol.clone())))
    });
    let others = evidence
        .services
        .iter()
        .filter(move |one| is_established(one.direction, one.outcome) && one.count > one.overcount);
    known.chain(others.map(|one| (one.of_transport(), one.port, None)))
}
