// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Memory and activity of the servers without requests.

use std::{thread, time::Duration};

use anyhow::Result;

use super::{
    process::{Usage, usage},
    server::{Kind, Server},
};
use crate::section::{Goal, Row, Table};

/// Time without requests.
const QUIET: Duration = Duration::from_secs(20);
const QUIET_QUICK: Duration = Duration::from_secs(3);

/// Bound of wake-ups by timers, per second.
const WAKE_UPS: f64 = 1.0;

/// Bound of the resident memory during a start, in MiB.
const PEAK: f64 = 24.0;

/// Bound of CPU usage, in per cent of a core.
const IDLE: f64 = 0.1;

/// Returns the usage of each server before its first scrape.
pub fn before(servers: &[Server]) -> Result<Vec<Usage>> {
    servers.iter().map(|server| usage(server.id())).collect()
}

/// Measures the usage after the scrapes, of all servers at the same time.
pub fn table(servers: &[Server], first: &[Usage], quick: bool) -> Result<Table> {
    let begin = before(servers)?;
    let quiet = if quick { QUIET_QUICK } else { QUIET };
    thread::sleep(quiet);
    let end = before(servers)?;
    let seconds = quiet.as_secs_f64();
    let mut rows = Vec::new();
    for (server, ((first, begin), end)) in servers.iter().zip(first.iter().zip(&begin).zip(&end)) {
        let cpu = end.cpu.saturating_sub(begin.cpu).as_secs_f64() / seconds * 100.0;
        let sleeps = u32::try_from(end.sleeps.saturating_sub(begin.sleeps))?;
        let wake_ups = f64::from(sleeps) / seconds;
        let cells = [
            format!("{:.1}", first.peak),
            format!("{:.1}", first.resident),
            format!("{:.1}", end.resident),
            end.threads.to_string(),
            format!("{cpu:.4}"),
            format!("{wake_ups:.2}"),
        ];
        let mut row = Row::new(server.name(), cells);
        if server.kind == Kind::Classifier {
            let most = match server.interfaces {
                1 => Some(10.0),
                200 => Some(20.0),
                _ => None,
            };
            row.goals.push(Goal::at_most("start", first.peak, PEAK, " MiB"));
            row.goals.extend(most.map(|most| Goal::at_most("after", end.resident, most, " MiB")));
            row.goals.push(Goal::at_most("CPU", cpu, IDLE, " %"));
            row.goals.push(Goal::at_most("wake-ups", wake_ups, WAKE_UPS, "/s"));
        }
        rows.push(row);
    }
    let columns = [
        "server",
        "MiB at most during the start",
        "MiB before any scrape",
        "MiB after",
        "threads",
        "CPU %",
        "wake-ups/s",
    ]
    .map(str::to_owned);
    Ok(Table { title: format!("At rest, {} s", quiet.as_secs()), columns: columns.into(), rows })
}
