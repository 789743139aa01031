//! ICMP that was seen, and what the rules do with it.

use classifier_common::family::Family;

use crate::{
    columns::Columns,
    report::{
        Report,
        advice::{Advice, IcmpVerdict},
        traffic::{ErrorsSeen, IcmpSeen, Opened},
        word,
    },
};

/// Writes the table.
pub(super) fn write(text: &mut String, report: &Report) {
    if report.traffic.icmp.is_empty() {
        text.push_str(
            "\nno ICMP was seen; the messages that every host needs pass all the same (RFC 4890)\n",
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

/// What rejects a connection is among these.
fn errors(errors: &[ErrorsSeen]) -> Columns {
    let mut table = Columns::new(["ICMP error", "about", "family", "type", ">number", ">messages"]);
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

/// What the first rule for it does.
fn verdict(advice: &Advice, icmp: &IcmpSeen) -> &'static str {
    let is_v6 = icmp.family == Family::V6;
    if icmp.direction == Opened::Outbound && !advice.closes_output {
        return "pass";
    }
    let rule = advice.icmp.iter().find(|rule| {
        (rule.direction, rule.is_v6) == (icmp.direction, is_v6)
            && icmp.kind.is_some_and(|kind| rule.types.contains(&kind))
    });
    match rule.map(|rule| rule.verdict) {
        Some(IcmpVerdict::Accept) => "pass",
        Some(IcmpVerdict::AcceptUpTo(_)) => "pass, up to a rate",
        None if icmp.name == "echo_reply" => "pass as an answer",
        Some(IcmpVerdict::Drop) | None => "drop",
    }
}
