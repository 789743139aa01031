// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Latency of a scrape, and its cost on the server.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{
    process::usage,
    server::{Kind, Server},
};
use crate::section::{Goal, Row, Table};

const PACKINGS: [(&str, &str); 2] = [("identity", ""), ("gzip", "Accept-Encoding: gzip\r\n")];

/// Rounds, each with requests to every server.
const ROUNDS: u32 = 40;
const ROUNDS_QUICK: u32 = 3;

/// Consecutive scrapes of a server. The first finds cold caches, and must be less than a tenth.
const STRETCH: u32 = 15;

/// Allowed fraction of `node_exporter`'s cost.
const HALF: f64 = 0.5;

/// Measurements of one server and encoding.
struct Measured {
    name: String,
    packing: &'static str,
    kind: Kind,
    interfaces: u32,
    bytes: u64,
    took: Vec<f64>,
    cpu: Duration,
}

impl Measured {
    fn quantile(&self, hundredths: usize) -> f64 {
        self.took[(self.took.len() - 1) * hundredths / 100]
    }

    /// Returns the microseconds of processor time of a scrape.
    fn cpu(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / f64::from(u32::try_from(self.took.len()).unwrap_or(u32::MAX))
    }

    /// Returns the bounds of median and processor time, in microseconds.
    fn goals(&self) -> Vec<Goal> {
        match (self.kind, self.interfaces) {
            (Kind::Classifier, 1) => vec![
                Goal::at_most("p50", self.quantile(50), 250.0, " µs"),
                Goal::at_most("CPU", self.cpu(), 150.0, " µs"),
            ],
            (Kind::Classifier, 200) => vec![Goal::at_most("p50", self.quantile(50), 5000.0, " µs")],
            _ => vec![],
        }
    }

    fn against(&self, other: &Self) -> [Goal; 2] {
        let ratio = |what: &str, mine: f64, theirs: f64| {
            Goal::at_most(&format!("{what} against node_exporter's"), mine / theirs, HALF, " ×")
        };
        [ratio("p50", self.quantile(50), other.quantile(50)), ratio("CPU", self.cpu(), other.cpu())]
    }
}

/// Scrapes all servers in turn.
pub fn table(servers: &mut [Server], quick: bool) -> Result<Table> {
    let mut all = Vec::new();
    for server in &*servers {
        for (packing, _) in PACKINGS {
            let (name, kind, interfaces) = (server.name(), server.kind, server.interfaces);
            all.push(Measured {
                name,
                packing,
                kind,
                interfaces,
                bytes: 0,
                took: vec![],
                cpu: Duration::ZERO,
            });
        }
    }
    for _ in 0..if quick { ROUNDS_QUICK } else { ROUNDS } {
        let mut measured = all.iter_mut();
        for server in &mut *servers {
            for ((_, header), measured) in PACKINGS.into_iter().zip(&mut measured) {
                stretch(server, header, measured)?;
            }
        }
    }
    for measured in &mut all {
        measured.took.sort_unstable_by(f64::total_cmp);
    }
    let columns = ["server", "packing", "bytes", "p50 µs", "p99 µs", "CPU µs"].map(str::to_owned);
    Ok(Table {
        title: "A scrape".into(),
        columns: columns.into(),
        rows: all.iter().map(|one| row(one, &all)).collect(),
    })
}

fn stretch(server: &mut Server, header: &str, measured: &mut Measured) -> Result<()> {
    // Not measured: the scrape pays for the leftovers of other servers.
    server.client.get("/metrics", header)?;
    let before = usage(server.id())?.cpu;
    for _ in 0..STRETCH {
        let began = Instant::now();
        measured.bytes = server.client.get("/metrics", header)?;
        measured.took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    measured.cpu += usage(server.id())?.cpu.saturating_sub(before);
    Ok(())
}

fn row(one: &Measured, all: &[Measured]) -> Row {
    let numbers = [one.quantile(50), one.quantile(99), one.cpu()].map(|micros| format!("{micros:.0}"));
    let mut row =
        Row::new(&one.name, [one.packing.to_owned(), one.bytes.to_string()].into_iter().chain(numbers));
    row.goals = one.goals();
    let is_its = |other: &&Measured| {
        (other.kind, other.interfaces, other.packing) == (Kind::NodeExporter, one.interfaces, one.packing)
    };
    if let (Kind::Classifier, Some(exporter)) = (one.kind, all.iter().find(is_its)) {
        row.goals.extend(one.against(exporter));
    }
    row
}
