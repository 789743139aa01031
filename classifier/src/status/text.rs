//! The report for people.

use super::{
    AgentReport, EndpointReport, InterfaceReport, ProgramReport, Report, SessionReport, columns::Columns,
};

/// Writes it: a part an agent, with a table for each kind of thing that it has.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    let count = report.agents.len();
    for (number, agent) in (1_usize..).zip(&report.agents) {
        let gap = if number == 1 { "" } else { "\n" };
        text.extend([gap, "agent ", &number.to_string(), " of ", &count.to_string(), "\n"]);
        write_agent(&mut text, agent);
    }
    text
}

fn write_agent(text: &mut String, agent: &AgentReport) {
    let tables = [
        ("no interface is attached", interfaces(&agent.interfaces), agent.interfaces.len()),
        ("no program is loaded", programs(&agent.programs), agent.programs.len()),
        ("no map can be read", maps(agent), agent.maps.len()),
        ("no FTP control connection is followed", sessions(&agent.sessions), agent.sessions.len()),
        ("no FTP data port is known", endpoints(&agent.endpoints), agent.endpoints.len()),
    ];
    for (empty, table, rows) in tables {
        text.push('\n');
        if rows == 0 {
            text.push_str(empty);
            text.push('\n');
        } else {
            table.write(text);
        }
    }
    if !agent.problems.is_empty() {
        text.push('\n');
        agent.problems.iter().for_each(|problem| text.extend(["problem: ", problem, "\n"]));
    }
}

fn interfaces(interfaces: &[InterfaceReport]) -> Columns {
    let mut table = Columns::new(["interface", ">index", "ingress", "egress"]);
    for InterfaceReport { index, name, ingress, egress } in interfaces {
        // The kernel lets names hold escape sequences.
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
    let mut table = Columns::new(["data port", "dialled by", "mode", "command", "evidence", "state", ">age"]);
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
