// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Time until the agent is ready, and the parts of that time.

use std::{
    slice::from_ref,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use aya::{
    Ebpf,
    programs::{LinkOrder, SchedClassifier, TcAttachType, tc::TcAttachOptions},
};
use classifier::{
    config::{FtpSettings, XdpMode},
    datapath::Datapath,
    interfaces::Interface,
};

use super::{
    count,
    server::{Kind, Place, Server},
};
use crate::{
    Setup,
    packets::INGRESS,
    section::{Goal, Row, Table},
    spread::Spread,
    yardsticks::OBJECT,
};

/// Numbers of interfaces, each with the number of starts.
const STARTS: [(u32, u32); 3] = [(1, 15), (16, 5), (200, 3)];

/// Bound of a start with one interface, in milliseconds.
const ONE: f64 = 250.0;

/// Bound of a start with 200 interfaces, as a ratio to attaching an empty program: the kernel takes that time.
const MANY: f64 = 1.1;

const LOADS: u32 = 9;

pub fn table(setup: &Setup) -> Result<Table> {
    let mut rows = Vec::new();
    for (interfaces, times) in STARTS {
        let place = Place::new(interfaces);
        let (mut agent, mut empty) = (Vec::new(), Vec::new());
        for _ in 0..if setup.quick { 1 } else { times } {
            let began = Instant::now();
            let server = Server::start(Kind::Classifier, &place, setup.agent()?)?;
            agent.push(millis(began.elapsed()));
            server.stop();
            empty.push(millis(attach_empty(&place)?));
        }
        let (agent, empty) = (Spread::of(agent), Spread::of(empty));
        let row = Row::new(count(interfaces, "interface"), [agent, empty].map(|one| format!("{one:.0}")));
        let ratio = agent.median / empty.median;
        rows.push(match interfaces {
            1 => row.with(Goal::at_most("", agent.median, ONE, " ms")),
            200 => row.with(Goal::at_most("against the empty program", ratio, MANY, " ×")),
            _ => row,
        });
    }
    let columns = ["start", "ms from exec to ready", "ms to attach an empty program on the same hooks"]
        .map(str::to_owned);
    Ok(Table { title: "A start".into(), columns: columns.into(), rows })
}

/// Measures the agent's own parts of a start, in this process.
pub fn parts(quick: bool) -> Result<Table> {
    // No program is attached to this interface.
    let any = Interface { index: 1, name: "any".into(), ..Interface::default() };
    let (mut object, mut programs) = (Vec::new(), Vec::new());
    for _ in 0..if quick { 1 } else { LOADS } {
        let began = Instant::now();
        let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default())?;
        object.push(millis(began.elapsed()));
        let began = Instant::now();
        datapath.prepare(from_ref(&any), XdpMode::Off, true);
        programs.push(millis(began.elapsed()));
    }
    let row = |name, took| Row::new(name, [format!("{:.0}", Spread::of(took))]);
    let rows = vec![
        row("reading the object, creating the maps", object),
        row("verifying two programs in parallel", programs),
    ];
    Ok(Table { title: "Parts of a start".into(), columns: vec!["part".into(), "ms".into()], rows })
}

/// Measures the time to attach an empty program to both hooks of every interface of a host.
///
/// For each program the kernel waits until every processor has passed through the scheduler, and holds its
/// lock on network devices meanwhile.
fn attach_empty(place: &Place) -> Result<Duration> {
    place.host.enter(|| {
        let mut object = Ebpf::load(OBJECT).context("cannot load the programs to compare with")?;
        let program = object.program_mut(INGRESS.empty).context("no empty program")?;
        let program: &mut SchedClassifier = program.try_into()?;
        program.load()?;
        let began = Instant::now();
        for end in &place.ends {
            for hook in [TcAttachType::Ingress, TcAttachType::Egress] {
                program.attach_with_options(
                    &end.name,
                    hook,
                    TcAttachOptions::TcxOrder(LinkOrder::first()),
                )?;
            }
        }
        Ok(began.elapsed())
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
