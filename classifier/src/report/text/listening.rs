// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the table of ports on which processes listen.

use crate::{
    columns::Columns,
    report::{
        Report,
        advice::{PortUse, Usage},
        traffic::{SocketsSeen, names},
    },
};

/// Writes the table, or the reason why there is none.
pub(super) fn write(text: &mut String, report: &Report) {
    match &report.traffic.sockets {
        SocketsSeen::Unknown(reason) => {
            text.extend(["\nlistening sockets are not known: ", reason, "\n"]);
            return;
        }
        SocketsSeen::Known(sockets) if !sockets.sees_processes => {
            text.push_str("\nprocesses of other users or PID namespaces are not visible: run report as root on the host\n");
        }
        SocketsSeen::Known(_) => {}
    }
    if report.advice.listening.is_empty() {
        text.push_str("\nno process listens for other hosts\n");
        return;
    }
    let mut table = Columns::new(["listening", ">port", "process", "unit", "service", "use"]);
    for one in &report.advice.listening {
        let units: Vec<_> = one.processes.iter().filter_map(|process| process.unit.as_deref()).collect();
        table.row([
            one.transport.to_string(),
            one.port.to_string(),
            or_dash(names(&one.processes)),
            or_dash(units.first().copied().unwrap_or_default().to_owned()),
            or_dash(one.protocol.clone().unwrap_or_default()),
            usage(one),
        ]);
    }
    text.push('\n');
    table.write(text);
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".into() } else { text }
}

fn usage(one: &PortUse) -> String {
    let login = if one.is_remote_login { "remote login, " } else { "" };
    let usage = match one.usage {
        Usage::Open => "open",
        Usage::NeverUsed => "closed: never used",
        Usage::NotCounted => "closed: no protocol has the port, and its use is not known",
        Usage::UsedElsewhere => "closed: used, but no process listens here (forwarded, or in a container)",
        Usage::NotListening => "open: used, but no process listens here (forwarded, or in a container)",
    };
    format!("{login}{usage}")
}
