// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the report for people: problems first, then services, the ports of passive FTP data, and ICMP.

mod listening;
mod other_services;
mod services;

use std::time::Duration;

use classifier_common::wire::Family;

use super::{
    Report,
    advice::{Advice, IcmpVerdict},
    traffic::{ErrorsSeen, IcmpSeen, Opened, PortRange},
    word,
};
use crate::columns::Columns;

/// Writes the report.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for refusal in &report.advice.refusals {
        text.extend(["no ruleset: ", &refusal.text, "\n"]);
    }
    for warning in &report.advice.warnings {
        text.extend(["warning: ", &warning.text, "\n"]);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&title(report));
    services::write(&mut text, report);
    other_services::write(&mut text, report);
    listening::write(&mut text, report);
    passive_ports(&mut text, report);
    icmp(&mut text, report);
    text
}

fn title(report: &Report) -> String {
    let traffic = &report.traffic;
    let listed = |names: &[String]| {
        let names: Vec<_> = names.iter().map(|name| name.escape_debug().to_string()).collect();
        if names.is_empty() { "none".into() } else { names.join(", ") }
    };
    format!(
        "evidence from: {}\ninterfaces: {}\nobserved for: {}\nwritten: {}\n",
        listed(&traffic.origin),
        listed(&traffic.interfaces),
        traffic.observed.map_or_else(|| "not known".into(), |span| length(span.length())),
        report.written
    )
}

/// Writes a length of time in whole seconds.
fn length(time: Duration) -> String {
    humantime::format_duration(Duration::from_secs(time.as_secs())).to_string()
}

/// Writes the range of passive ports, if a server here used any.
fn passive_ports(text: &mut String, report: &Report) {
    let Some(PortRange { low, high }) = report.advice.passive_ports else { return };
    let how = if report.advice.has_helper() {
        "are allowed by the kernel's FTP helper. Without the helper, open"
    } else {
        "need open"
    };
    text.extend([format!(
        "\npassive FTP data connections {how} ports {low}-{high}, and restrict the server to them:\n"
    )]);
    for (server, setting) in [
        ("vsftpd", format!("pasv_min_port={low} and pasv_max_port={high} in vsftpd.conf")),
        ("proftpd", format!("PassivePorts {low} {high} in proftpd.conf")),
        (
            "pure-ftpd",
            format!("PassivePortRange {low} {high} in pure-ftpd.conf, or --passiveportrange {low}:{high}"),
        ),
    ] {
        text.extend([format!("  {server}: {setting}\n")]);
    }
}

/// Writes the table of ICMP messages.
fn icmp(text: &mut String, report: &Report) {
    if report.traffic.icmp.is_empty() {
        text.push_str(
            "\nno ICMP was observed; the messages that every host needs are allowed anyway (RFC 4890)\n",
        );
        return;
    }
    let mut table = Columns::new(["ICMP", "family", "type", "type/code", ">messages", "rule"]);
    for icmp in &report.traffic.icmp {
        let number = |number: Option<u8>| number.map_or_else(|| "other".into(), |number| number.to_string());
        table.row([
            word(icmp.direction).into(),
            family(icmp.family).into(),
            icmp.name.into(),
            format!("{}/{}", number(icmp.kind), number(icmp.code)),
            icmp.messages.to_string(),
            verdict(&report.advice, icmp).into(),
        ]);
    }
    text.push('\n');
    table.write(text);
    if !report.traffic.errors.is_empty() {
        text.push('\n');
        errors(&report.traffic.errors).write(text);
    }
}

/// Builds the table of ICMP errors, which include those that reject connections.
fn errors(errors: &[ErrorsSeen]) -> Columns {
    let mut table = Columns::new(["ICMP error", "quotes", "family", "type", ">number", ">messages"]);
    for error in errors {
        table.row([
            word(error.direction).into(),
            error.protocol.clone(),
            family(error.family).into(),
            error.name.into(),
            error.kind.to_string(),
            error.messages.to_string(),
        ]);
    }
    table
}

const fn family(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}

/// Returns the verdict of the first rule for a message.
fn verdict(advice: &Advice, icmp: &IcmpSeen) -> &'static str {
    let is_v6 = icmp.family == Family::V6;
    if icmp.direction == Opened::Outbound && !advice.closes_output {
        return "accept";
    }
    let rule = advice.icmp.iter().find(|rule| {
        (rule.direction, rule.is_v6) == (icmp.direction, is_v6)
            && icmp.kind.is_some_and(|kind| rule.types.contains(&kind))
    });
    match rule.map(|rule| rule.verdict) {
        Some(IcmpVerdict::Accept) => "accept",
        Some(IcmpVerdict::AcceptUpTo(_)) => "accept, rate limited",
        None if icmp.name == "echo_reply" => "accept as an answer",
        Some(IcmpVerdict::Drop) | None => "drop",
    }
}
