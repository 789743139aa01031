// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the tables of services: admitted, not admitted, peers, and encryption.

use crate::{
    columns::Columns,
    report::{
        Report,
        advice::Basis,
        traffic::{Service, Span},
        word,
    },
};

/// Most hosts and networks that are shown of a service.
const SHOWN: usize = 5;

/// Writes the tables that are not empty.
pub(super) fn write(text: &mut String, report: &Report) {
    let mut tables = vec![allowed(report)];
    if !report.advice.not_allowed.is_empty() {
        tables.push(not_allowed(report));
    }
    let peers = peers(report);
    tables.extend(peers);
    if !report.traffic.sessions.is_empty() {
        tables.push(sessions(report));
    }
    for table in tables {
        text.push('\n');
        table.write(text);
    }
}

fn allowed(report: &Report) -> Columns {
    let titles = [
        "allow",
        "service",
        "transport",
        "ports",
        ">connections",
        ">refused",
        ">hosts",
        "first seen",
        "last seen",
    ];
    let mut table = Columns::new(titles);
    for rule in &report.advice.rules {
        if rule.basis == Basis::Observed && rule.protocol.is_empty() {
            // The table of other services has it.
            continue;
        }
        let service = report.traffic.services.iter().find(|service| {
            (service.direction, service.transport, &service.protocol)
                == (rule.direction, rule.transport, &rule.protocol)
        });
        let connections = service.map(Service::connections).unwrap_or_default();
        let name = match rule.basis {
            Basis::Observed => &rule.protocol,
            Basis::Allow => "(--allow)",
            Basis::Dhcp => "(DHCP client)",
        };
        let [first, last] = times(service.and_then(Service::seen));
        table.row([
            word(rule.direction).into(),
            name.into(),
            rule.transport.to_string(),
            rule.admits.to_string(),
            connections.total().to_string(),
            connections.refused.to_string(),
            hosts(service),
            first,
            last,
        ]);
    }
    table
}

fn hosts(service: Option<&Service>) -> String {
    let Some(finding) = service.and_then(Service::established) else { return "-".into() };
    if finding.peers.hosts.is_empty() {
        return "-".into();
    }
    let more = if finding.peers.all_hosts { "" } else { "+" };
    format!("{}{more}", finding.peers.hosts.len())
}

fn times(seen: Option<Span>) -> [String; 2] {
    seen.map_or_else(
        || ["-", "-"].map(Into::into),
        |Span { first, last }| [first.to_string(), last.to_string()],
    )
}

fn not_allowed(report: &Report) -> Columns {
    let mut table = Columns::new(["do not allow", "service", "transport", "reason"]);
    for one in &report.advice.not_allowed {
        let reason = one.reason.to_owned();
        table.row([word(one.direction).into(), one.protocol.clone(), one.transport.to_string(), reason]);
    }
    table
}

fn peers(report: &Report) -> Option<Columns> {
    let titles = ["direction", "service", "outcome", "peer", ">connections", ">overcount"];
    let mut table = Columns::new(titles);
    let mut rows = 0;
    for service in &report.traffic.services {
        for finding in &service.findings {
            let [hosts, networks] = [&finding.peers.hosts, &finding.peers.networks];
            for peer in hosts.iter().take(SHOWN).chain(networks.iter().take(SHOWN)) {
                table.row([
                    word(service.direction).into(),
                    service.protocol.clone(),
                    finding.outcome.to_string(),
                    peer.prefix.to_string(),
                    peer.connections.to_string(),
                    peer.overcount.to_string(),
                ]);
                rows += 1;
            }
        }
    }
    (rows > 0).then_some(table)
}

fn sessions(report: &Report) -> Columns {
    let mut table = Columns::new(["sessions", ">upgraded to TLS", ">clear-text login", ">neither"]);
    for one in &report.traffic.sessions {
        let [upgraded, clear, neither] =
            [one.upgraded, one.clear_login, one.neither].map(|count| count.to_string());
        table.row([one.protocol.clone(), upgraded, clear, neither]);
    }
    table
}
