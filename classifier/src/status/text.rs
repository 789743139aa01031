// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the report for people.

use super::{
    AgentReport, InterfaceReport, ListeningReport, PinsReport, ProcessReport, ProgramReport, Report, Usage,
    sources,
};
use crate::{
    columns::Columns,
    evidence::Evidence,
    snapshot::{EndpointReport, SessionReport},
};

/// Number of capabilities above which they are counted, not named.
const MANY: usize = 8;

/// Writes the report: problems, then a part for each agent, with a table for each kind of object.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    let count = report.agents.len();
    write_problems(&mut text, &report.problems);
    if !report.problems.is_empty() {
        text.push('\n');
    }
    if count == 0 {
        text.push_str("no agent is running on this machine\n");
    }
    for (number, agent) in (1_usize..).zip(&report.agents) {
        let gap = if number == 1 { "" } else { "\n" };
        text.extend([gap, "agent ", &number.to_string(), " of ", &count.to_string(), "\n"]);
        write_agent(&mut text, agent);
    }
    text
}

fn write_problems(text: &mut String, problems: &[String]) {
    for problem in problems {
        text.extend(["problem: ", problem, "\n"]);
    }
}

fn write_agent(text: &mut String, agent: &AgentReport) {
    write_problems(text, &agent.problems);
    text.push_str(&process(agent.process.as_ref()));
    text.push_str(&pins(agent.pins.as_ref()));
    let tables = [
        ("no interface is attached", interfaces(&agent.interfaces), agent.interfaces.len()),
        ("no program is loaded", programs(&agent.programs), agent.programs.len()),
        ("no map can be read", maps(agent), agent.maps.len()),
        ("no FTP control connection is tracked", sessions(&agent.sessions), agent.sessions.len()),
        ("no FTP data port is known", endpoints(&agent.endpoints), agent.endpoints.len()),
    ];
    let none = Evidence::default();
    let evidence = agent.evidence.as_ref().unwrap_or(&none);
    let [(connections, shown), (services, used), (redirects, redirecting)] =
        [sources::connections(evidence), sources::services(evidence), sources::redirects(evidence)];
    let more = [
        ("no connection with an outcome so far", connections, shown),
        ("no connection to another service so far", services, used),
        ("no ICMP redirect so far", redirects, redirecting),
    ];
    let sockets = agent
        .listening
        .as_deref()
        .map(|listening| ("no process listens for other hosts", self::listening(listening), listening.len()));
    for (empty, table, rows) in tables.into_iter().chain(more).chain(sockets) {
        text.push('\n');
        if rows == 0 {
            text.push_str(empty);
            text.push('\n');
        } else {
            table.write(text);
        }
    }
}

fn listening(ports: &[ListeningReport]) -> Columns {
    let mut table = Columns::new(["listening", ">port", "process", "unit", "service", "use"]);
    let or_dash = |text: String| if text.is_empty() { "-".into() } else { text };
    for one in ports {
        let mut names: Vec<_> = one.processes.iter().map(|process| process.name.as_str()).collect();
        names.dedup();
        let unit = one.processes.iter().find_map(|process| process.unit.clone());
        let usage = match one.usage {
            Usage::Used => "used",
            Usage::NeverUsed => "never used",
            Usage::Unknown => "not known",
            Usage::NotListening => "used, but no process listens here (forwarded, or in a container)",
        };
        table.row([
            one.transport.into(),
            one.port.to_string(),
            or_dash(names.join(", ")),
            or_dash(unit.unwrap_or_default()),
            or_dash(one.protocol.clone().unwrap_or_default()),
            usage.into(),
        ]);
    }
    table
}

fn process(process: Option<&ProcessReport>) -> String {
    let Some(process) = process else { return "process: none found\n".into() };
    let ProcessReport { id, user, age_seconds, capabilities, no_new_privs, seccomp, .. } = process;
    let capabilities = match capabilities.len() {
        0 => "no capability".to_owned(),
        // Root without a sandbox has about forty.
        count if count > MANY => format!("{count} capabilities"),
        _ => capabilities.join(","),
    };
    let privileges = if *no_new_privs { "no_new_privs" } else { "new privileges allowed" };
    format!(
        "process: {id}, user {user}, age {age_seconds}; {capabilities}; {privileges}; seccomp {seccomp}\n"
    )
}

fn pins(pins: Option<&PinsReport>) -> String {
    let Some(PinsReport { folder, process }) = pins else {
        return "pins: none found; name the directory with --pin-dir\n".into();
    };
    let by = process.map_or_else(|| "no agent process found".into(), |id| format!("agent process {id}"));
    format!("pins: {}, {by}\n", folder.display())
}

fn interfaces(interfaces: &[InterfaceReport]) -> Columns {
    let mut table = Columns::new(["interface", ">index", "ingress", "egress"]);
    for InterfaceReport { index, name, ingress, egress } in interfaces {
        // The kernel permits escape sequences in names.
        let name = name.as_ref().map_or_else(|| "-".to_owned(), |name| name.escape_debug().to_string());
        table.row([name, index.to_string(), (*ingress).into(), (*egress).into()]);
    }
    table
}

fn programs(programs: &[ProgramReport]) -> Columns {
    let mut table = Columns::new(["program", ">id", "tag", "hook"]);
    for ProgramReport { name, id, tag, hook } in programs {
        table.row([(*name).into(), id.to_string(), tag.clone(), (*hook).into()]);
    }
    table
}

fn maps(agent: &AgentReport) -> Columns {
    let mut table = Columns::new(["map", ">entries", ">capacity"]);
    for fill in &agent.maps {
        table.row([fill.map.into(), fill.entries.to_string(), fill.capacity.to_string()]);
    }
    table
}

fn sessions(sessions: &[SessionReport]) -> Columns {
    let mut table = Columns::new(["FTP client", "FTP server", "control", ">age", ">idle"]);
    for one in sessions {
        let (age, idle) = (one.age_seconds.to_string(), one.idle_seconds.to_string());
        table.row([one.client.to_string(), one.server.to_string(), one.control.into(), age, idle]);
    }
    table
}

fn endpoints(endpoints: &[EndpointReport]) -> Columns {
    let mut table = Columns::new(["data port", "initiator", "mode", "command", "evidence", "state", ">age"]);
    for one in endpoints {
        table.row([
            one.owner.to_string(),
            one.peer.to_string(),
            one.mode.into(),
            one.command.into(),
            one.evidence.into(),
            one.state.into(),
            one.age_seconds.to_string(),
        ]);
    }
    table
}
