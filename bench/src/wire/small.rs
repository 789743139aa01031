// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Throughput of small packets through a router.

use anyhow::{Context as _, Result};
use testbed::Lab;

use super::{
    attachment::Attachment::{self, Egress, Empty, Ingress, Native, Nothing, Rules},
    rules,
    topology::Topology,
    traffic,
};
use crate::{
    section::{Goal, Row, Table},
    turns::Turns,
    yardsticks::Yardsticks,
};

/// Packets of a sample.
const PACKETS: u32 = 1 << 16;

/// Index of the reference for comparisons in the table below.
const NATIVE: usize = 2;
const TCX: [usize; 2] = [3, 4];
const MAPS: usize = 7;
const HELPER: usize = 9;

const ATTACHED: [(&str, Attachment); 10] = [
    ("nothing", Nothing),
    ("an empty program, native XDP", Empty),
    ("the classifier, native XDP", Native),
    ("the classifier, TCX ingress", Ingress),
    ("the classifier, TCX egress", Egress),
    ("nftables: a counter rule for each port and ICMP type", Rules(rules::COUNTERS)),
    ("nftables: a verdict map of the servers' ports", Rules(rules::VERDICT_MAP)),
    ("nftables: verdict maps, each packet counted once", Rules(rules::VERDICT_MAPS)),
    ("nftables: connection tracking", Rules(rules::CONNECTIONS)),
    ("nftables: connection tracking with the FTP helper", Rules(rules::FTP_HELPER)),
];

/// Fraction of the elapsed time above which the thread's own time is used. It then contains the soft
/// interrupts and excludes other processes.
const ALL: f64 = 0.9;

/// Bound of a packet's time, relative to nothing attached.
const RATIO: f64 = 1.06;

/// Bounds of native XDP's overhead, as fractions of the overhead of nftables.
const OF_MAPS: f64 = 1.0 / 5.0;
const OF_HELPER: f64 = 1.0 / 20.0;

pub fn table(rounds: u32) -> Result<Table> {
    let lab = Lab::new();
    let topologies = ATTACHED.map(|(_, attachment)| Topology::new(&lab, attachment));
    let topologies = topologies.into_iter().collect::<Result<Vec<_>>>()?;
    let (aside, peer) = (lab.host("aside"), lab.host("peer"));
    let (interface, _) = lab.wire(&aside, &peer, 1500);
    let mut yardsticks = Yardsticks::load(interface.index)?;
    aside.enter(|| yardsticks.attach("inject_xdp", &interface))?;
    let packets = traffic::packets()?;
    for topology in &topologies {
        // A first run fills the sink's queue and the host's connection tracking.
        yardsticks.replay(&packets, 1, topology.interface())?;
        topology.send(&yardsticks, PACKETS)?;
    }
    let mut most: f64 = 0.0;
    let [elapsed, busy] = Turns::take(topologies.len(), rounds, |place, round| {
        yardsticks.replay(&packets, u64::from(round) + 1, topologies[place].interface())?;
        let [elapsed, busy] = topologies[place].measure(&yardsticks, PACKETS).context(ATTACHED[place].0)?;
        most = most.max(busy / elapsed);
        Ok([elapsed, busy])
    })?;
    for ((name, _), topology) in ATTACHED.iter().zip(&topologies) {
        topology.check(rounds * PACKETS).with_context(|| (*name).to_owned())?;
    }
    let turns = if most > ALL { busy } else { elapsed };
    let rows = ATTACHED.iter().enumerate().map(|(place, (name, _))| row(place, name, &turns)).collect();
    let columns = ["attached", "ns a packet", "ratio", "ns more"].map(str::to_owned).into();
    Ok(Table { title: "Many small packets".to_owned(), columns, rows })
}

fn row(place: usize, name: &str, turns: &Turns) -> Row {
    let (ratio, above) = (turns.ratio(place), turns.above(place));
    let mut row = Row::new(name, [format!("{:.0}", turns.at(place))]);
    row.cells.extend(if place == 0 {
        [String::new(), String::new()]
    } else {
        [format!("{ratio:.3}"), format!("{above:+.0}")]
    });
    if place == NATIVE || TCX.contains(&place) {
        row = row.with(Goal::at_most("ratio", ratio.median, RATIO, ""));
    }
    if place == NATIVE {
        let part = |of: usize| above.median / turns.above(of).median;
        row = row.with(Goal::at_most("of the overhead of verdict maps", part(MAPS), OF_MAPS, ""));
        row = row.with(Goal::at_most("of the overhead of the FTP helper", part(HELPER), OF_HELPER, ""));
    }
    row
}
