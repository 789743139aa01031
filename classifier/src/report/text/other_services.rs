// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the table of services of which no protocol has the port.

use std::cmp::Reverse;

use crate::{
    columns::Columns,
    report::{
        Report,
        advice::{Admits, Basis},
        traffic::{Opened, OtherService, Span},
        word,
    },
};

/// Most services that are shown.
const SHOWN: usize = 30;

/// Writes the table: established services first, and then the largest.
pub(super) fn write(text: &mut String, report: &Report) {
    let mut services: Vec<_> = report.traffic.other_services.listed.iter().collect();
    if services.is_empty() {
        return;
    }
    services.sort_by_key(|one| {
        (!one.is_established(), Reverse(one.connections.established), Reverse(one.connections.total()))
    });
    let titles = [
        "other service",
        "name",
        "direction",
        ">established",
        ">refused",
        ">rejected",
        ">unanswered",
        "first seen",
        "last seen",
        "rule",
    ];
    let mut table = Columns::new(titles);
    for one in services.iter().take(SHOWN) {
        let Span { first, last } = one.seen;
        table.row([
            format!("{}/{}", one.transport, one.port),
            one.name.as_deref().unwrap_or("-").into(),
            word(one.direction).into(),
            one.connections.established.to_string(),
            one.connections.refused.to_string(),
            one.connections.rejected.to_string(),
            one.connections.unanswered.to_string(),
            first.to_string(),
            last.to_string(),
            rule(one, report).into(),
        ]);
    }
    text.push('\n');
    table.write(text);
    if let Some(more) = services.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.extend([format!("{more} more are in --format json\n")]);
    }
}

fn rule(service: &OtherService, report: &Report) -> &'static str {
    if service.direction == Opened::Outbound && !report.advice.closes_output {
        return "output is open";
    }
    let has_port = |admits: &Admits| matches!(admits, Admits::To(ports) if ports.iter().any(|range| range.contains(service.port)));
    let is_allowed = report.advice.rules.iter().any(|rule| {
        (rule.direction, rule.transport) == (service.direction, service.transport)
            && matches!(rule.basis, Basis::Observed | Basis::Allow)
            && has_port(&rule.admits)
    });
    if is_allowed { "allow" } else { "-" }
}
