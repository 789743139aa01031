// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compares the ports on which processes listen with the observed traffic.

use serde::Serialize;

use super::{Admits, Basis, Rule};
use crate::{
    report::traffic::{Listening, Opened, OtherService, SocketsSeen, Traffic, Transport},
    sockets::Process,
};

/// Use of a port, as far as the observed traffic shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// A rule opens the port.
    Open,
    /// Connections to the port would have been counted, and none was established.
    NeverUsed,
    /// The use of the port is not known.
    NotCounted,
    /// Connections to the port were established, no rule opens it, and no process listens here.
    UsedElsewhere,
    /// The port was used, and no process listens here: it is forwarded, or belongs to another network namespace.
    NotListening,
}

/// A port on which a process listens, or that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PortUse {
    /// Transport of the port.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// Processes that listen.
    pub processes: Vec<Process>,
    /// Protocol of the port; `None` if no protocol has it.
    pub protocol: Option<String>,
    /// True if a person may log in by this port.
    pub is_remote_login: bool,
    /// Use of the port.
    pub usage: Usage,
}

/// Lists the ports, by transport and number; none if the sockets are not known.
pub(super) fn ports(traffic: &Traffic, rules: &[Rule]) -> Vec<PortUse> {
    let SocketsSeen::Known(sockets) = &traffic.sockets else { return Vec::new() };
    let listening = sockets.listening.iter().map(|one| of_listening(one, rules, traffic));
    let used = rules.iter().filter(|rule| (rule.basis, rule.direction) == (Basis::Observed, Opened::Inbound));
    let used = used.flat_map(|rule| ports_of(rule).map(move |port| (rule, port)));
    let elsewhere = used.filter(|(rule, port)| traffic.sockets.on(rule.transport, *port).is_none());
    let elsewhere = elsewhere.map(|(rule, port)| PortUse {
        transport: rule.transport,
        port,
        processes: Vec::new(),
        protocol: Some(rule.protocol.clone()),
        is_remote_login: false,
        usage: Usage::NotListening,
    });
    let others = traffic.other_services.established(Opened::Inbound);
    let is_closed = |one: &&OtherService| !rules.iter().any(|rule| opens(rule, one.transport, one.port));
    let others = others.filter(|one| traffic.sockets.on(one.transport, one.port).is_none()).filter(is_closed);
    let others = others.map(|one| PortUse {
        transport: one.transport,
        port: one.port,
        processes: Vec::new(),
        protocol: None,
        is_remote_login: false,
        usage: Usage::UsedElsewhere,
    });
    let mut ports: Vec<_> = listening.chain(elsewhere).chain(others).collect();
    ports.sort_by_key(|one| (one.transport, one.port));
    ports
}

/// Lists the single ports of a rule: a range is for FTP data, whose ports have no lasting listeners.
fn ports_of(rule: &Rule) -> impl Iterator<Item = u16> {
    let ports = if let Admits::To(ports) = &rule.admits { ports.as_slice() } else { &[] };
    ports.iter().filter(|range| range.width() == 1).map(|range| range.low)
}

/// Tells whether an inbound rule opens a port.
fn opens(rule: &Rule, transport: Transport, port: u16) -> bool {
    let has_port =
        matches!(&rule.admits, Admits::To(ports) if ports.iter().any(|range| range.contains(port)));
    (rule.direction, rule.transport) == (Opened::Inbound, transport) && has_port
}

fn of_listening(one: &Listening, rules: &[Rule], traffic: &Traffic) -> PortUse {
    let usage = match &one.protocol {
        _ if rules.iter().any(|rule| opens(rule, one.transport, one.port)) => Usage::Open,
        None if !is_unused(one, traffic) => Usage::NotCounted,
        Some(_) | None => Usage::NeverUsed,
    };
    PortUse {
        transport: one.transport,
        port: one.port,
        processes: one.processes.clone(),
        protocol: one.protocol.clone(),
        is_remote_login: one.is_remote_login,
        usage,
    }
}

/// Tells whether no connection to a port without a protocol was established, for certain.
fn is_unused(one: &Listening, traffic: &Traffic) -> bool {
    let services = &traffic.other_services;
    let at_most = match services.on(Opened::Inbound, one.transport, one.port) {
        Some(service) if service.connections.established > 0 => service.connections.established,
        Some(_) | None => services.unlisted.established,
    };
    one.transport == Transport::TCP && traffic.sees_egress && at_most == 0
}
