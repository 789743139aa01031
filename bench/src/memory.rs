// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Kernel memory of the maps.

use std::fs;

use anyhow::{Context as _, Result};
use aya::util::nr_cpus;
use classifier::{config::FtpSettings, datapath::Datapath};
use classifier_common::packet::Link;

use crate::section::{Goal, Row, Table};

/// Number of interfaces in the mean of an interface's memory.
const INTERFACES: u32 = 64;

/// Bound of an interface's maps, in KiB per processor.
const GOAL: f64 = 64.0;

/// Returns a table of the maps shared by all interfaces, and the maps of one interface.
pub fn table() -> Result<Table> {
    let cpus = nr_cpus().map_err(|(_, error)| error).context("cannot count the processors")?;
    let before = held()?;
    let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default())?;
    let shared = held()? - before;
    let counters = (1..=INTERFACES).map(|index| datapath.counters_for(index, Link::Ethernet));
    let counters = counters.collect::<Result<Vec<_>, _>>()?;
    let one = (held()? - before - shared) / f64::from(INTERFACES);
    drop(counters);
    let cell = |bytes: f64| [format!("{:.1}", bytes / 1024.0)];
    let goal = GOAL * f64::from(u32::try_from(cpus)?);
    let rows = vec![
        Row::new("shared by all interfaces", cell(shared)),
        Row::new(format!("of an interface, on {cpus} processors"), cell(one)).with(Goal::at_most(
            "",
            one / 1024.0,
            goal,
            " KiB",
        )),
    ];
    Ok(Table { title: "Memory of the maps".into(), columns: vec!["maps".into(), "KiB".into()], rows })
}

/// Sums the bytes of all maps that this process has open.
pub fn held() -> Result<f64> {
    let mut bytes = 0.0;
    for entry in fs::read_dir("/proc/self/fdinfo").context("cannot list the open files")? {
        // The descriptor of the listed folder itself is closed by now.
        let text = fs::read_to_string(entry?.path()).unwrap_or_default();
        let value = |key| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        if let (Some(_), Some(memory)) = (value("map_type:"), value("memlock:")) {
            bytes += memory.parse::<f64>().context("cannot read a map's memory")?;
        }
    }
    Ok(bytes)
}
