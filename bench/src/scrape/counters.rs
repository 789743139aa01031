// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Time to read the counters of an interface, in both directions, from the kernel.

use std::{hint::black_box, time::Instant};

use anyhow::Result;
use classifier::{config::FtpSettings, datapath::Datapath};
use classifier_common::packet::Link;

use super::{INTERFACES, count};
use crate::{
    section::{Goal, Row, Table},
    spread::Spread,
};

/// Total number of reads of an interface.
const READS: u32 = 20_000;
const READS_QUICK: u32 = 1000;

/// Bound of one read, in microseconds.
const GOAL: f64 = 5.0;

pub fn table(quick: bool) -> Result<Table> {
    let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default())?;
    let reads = if quick { READS_QUICK } else { READS };
    let mut rows = Vec::new();
    let mut counters = Vec::new();
    for interfaces in INTERFACES {
        for index in 1 + u32::try_from(counters.len())?..=interfaces {
            counters.push(datapath.counters_for(index, Link::Ethernet)?);
        }
        let mut took = Vec::new();
        for _ in 0..reads / interfaces {
            for one in &counters {
                let began = Instant::now();
                black_box(one.read_both()?);
                took.push(began.elapsed().as_secs_f64() * 1e6);
            }
        }
        let took = Spread::of(took);
        let row = Row::new(count(interfaces, "interface"), [format!("{took:.2}")]);
        // With more interfaces the counters are no longer in the caches.
        rows.push(if interfaces == 1 { row.with(Goal::at_most("", took.median, GOAL, " µs")) } else { row });
    }
    let columns = ["read by turns", "µs for one"].map(str::to_owned);
    Ok(Table { title: "All counters of an interface, both directions".into(), columns: columns.into(), rows })
}
