// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Time from the packet that completes an announcement to the endpoint in the kernel's table.

mod times;
mod wire;

use std::{thread, time::Duration};

use anyhow::{Result, ensure};
use testbed::Agent;

use crate::{
    Setup,
    scrape::process::usage,
    section::{Goal, Row, Section, Table},
};
use times::Times;
use wire::Wire;

const ANNOUNCEMENTS: u16 = 500;
const ANNOUNCEMENTS_QUICK: u16 = 50;

/// Pause between two announcements, longer than a sleeping agent needs to wake up.
const PAUSE: Duration = Duration::from_millis(3);

/// Time that a pending announcement is observed without a connection.
const QUIET: Duration = Duration::from_secs(10);

/// Bound of wake-ups a second. A tick of one second may fall on either end of the time.
const WAKE_UPS: f64 = 1.1;

/// Bound of the idle agent's CPU usage, in per cent of a core.
const IDLE: f64 = 0.1;

/// Shortest time from an announcing packet to the client's SYN on veth, in seconds (FLOOR.md: 20 to 60 µs).
const FIRST_SYN: f64 = 20e-6;

/// The agent's bound of the time, in seconds.
const MILLISECOND: f64 = 1e-3;

/// Ways of learning: the kernel learns in-order announcements, the agent out-of-order ones.
const WAYS: [(&str, Announce, f64); 2] =
    [("kernel", Wire::passive, FIRST_SYN), ("agent", Wire::passive_behind_a_gap, MILLISECOND)];

type Announce = fn(&mut Wire, u16);

const ABOUT: &str = "\
One session on a veth pair, with an agent at each end: native XDP and TCX at the client, TCX at the server. The kernel
program learns an in-order announcement on the packet that completes it. If the byte before it is missing, the agent
completes the announcement as soon as that byte arrives. Times are from `classifier_ftp_learn_duration_seconds`, whose
buckets grow by a factor of three. A time is given as the upper bound of its bucket.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let announcements = if setup.quick { ANNOUNCEMENTS_QUICK } else { ANNOUNCEMENTS };
    let (mut rows, mut waiting) = (Vec::new(), Vec::new());
    for (by, announce, goal) in WAYS {
        let mut wire = Wire::new();
        let agents = wire.agents(setup.agent()?)?;
        wire.open();
        for port in 0..announcements {
            announce(&mut wire, 40_000 + port);
            thread::sleep(PAUSE);
        }
        for (agent, hooks) in &agents {
            let times = Times::once(agent, by, announcements.into())?;
            rows.push(row(by, hooks, &times, goal)?);
        }
        waiting.push(waiting_row(by, &agents[0].0)?);
        for (agent, _) in agents {
            agent.stop();
        }
    }
    let columns = ["learned by", "hooks", "announcements", "mean µs", "half within µs", "99 % within µs"];
    let learned =
        Table { title: "Announcement to endpoint".into(), columns: columns.map(str::to_owned).into(), rows };
    let columns = ["endpoint learned by", "CPU %", "wake-ups/s"].map(str::to_owned);
    let waiting =
        Table { title: "An agent with an unused endpoint".into(), columns: columns.into(), rows: waiting };
    Ok(Section { heading: "FTP announcements", about: ABOUT.to_owned(), tables: vec![learned, waiting] })
}

fn row(by: &str, hooks: &str, times: &Times, goal: f64) -> Result<Row> {
    let micros = |seconds: f64| format!("{:.0}", seconds * 1e6);
    let most = times.within(0.99)?;
    let mean = format!("{:.1}", times.mean() * 1e6);
    let cells = [hooks.to_owned(), times.count().to_string(), mean, micros(times.within(0.5)?), micros(most)];
    Ok(Row::new(by, cells).with(Goal::at_most("99 %", most * 1e6, goal * 1e6, " µs")))
}

/// Measures an agent whose state only changes by timeouts.
fn waiting_row(by: &str, agent: &Agent) -> Result<Row> {
    ensure!(
        agent.metrics().sum("classifier_ftp_data_endpoints", &[("state", "announced")]) > 0,
        "no endpoint"
    );
    let before = usage(agent.id())?;
    thread::sleep(QUIET);
    let after = usage(agent.id())?;
    let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64() / QUIET.as_secs_f64() * 100.0;
    let wake_ups = f64::from(u32::try_from(after.sleeps - before.sleeps)?) / QUIET.as_secs_f64();
    Ok(Row::new(by, [format!("{cpu:.4}"), format!("{wake_ups:.2}")])
        .with(Goal::at_most("CPU", cpu, IDLE, " %"))
        .with(Goal::at_most("wake-ups", wake_ups, WAKE_UPS, "/s")))
}
