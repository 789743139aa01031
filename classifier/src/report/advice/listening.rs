//! Compares the ports on which processes listen with the observed traffic.

use serde::Serialize;

use super::{Admits, Basis, Rule};
use crate::{
    report::traffic::{Listening, Opened, SocketsSeen, Traffic, Transport},
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
    /// Connections to the port are not counted: no protocol has it.
    NotCounted,
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
    let listening = sockets.listening.iter().map(|one| of_listening(one, rules));
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
    let mut ports: Vec<_> = listening.chain(elsewhere).collect();
    ports.sort_by_key(|one| (one.transport, one.port));
    ports
}

/// Lists the single ports of a rule: a range is for FTP data, whose ports have no lasting listeners.
fn ports_of(rule: &Rule) -> impl Iterator<Item = u16> {
    let ports = if let Admits::To(ports) = &rule.admits { ports.as_slice() } else { &[] };
    ports.iter().filter(|range| range.width() == 1).map(|range| range.low)
}

fn of_listening(one: &Listening, rules: &[Rule]) -> PortUse {
    let opens = |rule: &Rule| {
        let has_port =
            matches!(&rule.admits, Admits::To(ports) if ports.iter().any(|range| range.contains(one.port)));
        (rule.direction, rule.transport) == (Opened::Inbound, one.transport) && has_port
    };
    let usage = match &one.protocol {
        _ if rules.iter().any(opens) => Usage::Open,
        Some(_) => Usage::NeverUsed,
        None => Usage::NotCounted,
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
