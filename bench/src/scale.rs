// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Cost of a packet with larger configurations, more endpoints, and more counted interfaces.

use std::cell::RefCell;

use anyhow::{Context as _, Result};
use testbed::{End, Lab};

use crate::{
    Setup, memory,
    packets::{self, Burden, Contender, Hook, INGRESS, Kind, LEAST, LOOPBACK, Stream, Subject, XDP, compare},
    processor::pin,
    section::{Goal, Row, Section, Table},
    spread::Spread,
    yardsticks::Yardsticks,
};

/// XDP programs in a comparison: the classifier's and the programs for comparison.
const XDP_PROGRAMS: usize = 4;

const ROUNDS: u32 = 41;
const ROUNDS_QUICK: u32 = 7;

/// Bound of any configuration, in nanoseconds above the smallest configuration.
const GOAL: f64 = 1.0;

const INTERFACES: usize = 200;

const SMALLEST: (&str, Burden) = ("5 ports, no endpoint, 1 interface", LEAST);
const ALL: Burden = Burden { ports: 5000, endpoints: 60_000 };

/// Burdens with one interface.
const MORE: [(&str, Burden); 3] = [
    ("5,000 ports", Burden { ports: 5000, ..LEAST }),
    ("1,000 endpoints", Burden { endpoints: 1000, ..LEAST }),
    ("60,000 endpoints", Burden { endpoints: 60_000, ..LEAST }),
];

/// Burdens with many interfaces.
const MORE_INTERFACES: [(&str, Burden); 2] =
    [("200 interfaces", LEAST), ("5,000 ports, 60,000 endpoints, 200 interfaces", ALL)];

/// Measured kinds of packets: their names, and short names.
const KINDS: [(&str, &str); 4] = [
    ("TCP to a known port", "TCP, known port"),
    ("TCP, unknown ports", "TCP, unknown ports"),
    ("FTP data, an announced connection", "FTP data"),
    ("FTP data port, another host", "its port, another host"),
];

const ABOUT: &str = "\
Nanoseconds per packet, as above. The first row is the difference to the empty program in the same round. The other rows
are the difference to the first row's median. One loaded program runs all configurations interleaved, because two copies
differ by some nanoseconds through the addresses of their code. Only the counters of more interfaces stay once created.
The endpoints are announced ports of other connections, and the packets use none of these ports. The last kind of packet
shares its port with an endpoint. The last table shows the kernel memory of one agent's maps, by `/proc/self/fdinfo`.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let lab = Lab::new();
    let (host, peer) = (lab.host("bench"), lab.host("peer"));
    let interfaces: Vec<End> = (0..XDP_PROGRAMS).map(|_| lab.wire(&host, &peer, 1500).0).collect();
    let tables = host.enter(|| {
        pin()?;
        let rounds = if setup.quick { ROUNDS_QUICK } else { ROUNDS };
        let tables =
            [table(&XDP, &interfaces, rounds)?, table(&INGRESS, &interfaces, rounds)?, memory::table()?];
        Ok::<_, anyhow::Error>(tables.into())
    })?;
    Ok(Section { heading: "With more of everything", about: ABOUT.to_owned(), tables })
}

fn table(hook: &'static Hook, interfaces: &[End], rounds: u32) -> Result<Table> {
    let (own, others) = interfaces.split_first().context("no interface")?;
    let subject = RefCell::new(Subject::load(hook, own)?);
    let mut yardsticks = Yardsticks::load(LOOPBACK)?;
    packets::settle(&mut yardsticks, others)?;
    let with_one = [&[SMALLEST], MORE.as_slice()].concat();
    let mut above = costs(hook, &mut yardsticks, &subject, &with_one, rounds)?;
    subject.borrow_mut().count(INTERFACES)?;
    above.extend(costs(hook, &mut yardsticks, &subject, &MORE_INTERFACES, rounds)?);
    let base = above.remove(0);
    let mut rows = vec![Row::new(SMALLEST.0, base.iter().map(|above| format!("{above:+.1}")))];
    let others = MORE.iter().chain(&MORE_INTERFACES).zip(&above);
    rows.extend(others.map(|((name, _), above)| row(name, above, &base)));
    let columns = ["configuration"].into_iter().chain(KINDS.map(|(_, words)| words)).chain(["random mix"]);
    Ok(Table { title: format!("{}, ns", hook.name), columns: columns.map(str::to_owned).collect(), rows })
}

/// Measures the cost of each stream above an empty program, under each of these burdens.
fn costs(
    hook: &'static Hook,
    yardsticks: &mut Yardsticks,
    subject: &RefCell<Subject>,
    burdens: &[(&str, Burden)],
    rounds: u32,
) -> Result<Vec<Vec<Spread>>> {
    let kinds = packets::all();
    let mut contenders = vec![Contender::Yardstick(hook.empty)];
    for (_, burden) in burdens {
        let mut loaded = subject.borrow_mut();
        loaded.apply(*burden)?;
        // Every burden must leave the classes unchanged, so that equal work is compared.
        kinds.iter().try_for_each(|kind| loaded.check(kind))?;
        contenders.push(Contender::Subject(subject, *burden));
    }
    let costs = compare(hook, yardsticks, &contenders, &streams(&kinds)?, rounds)?;
    let above = |place: usize| costs.iter().map(|cost| cost.above(place)).collect();
    Ok((1..contenders.len()).map(above).collect())
}

fn streams(kinds: &[Kind]) -> Result<Vec<Stream>> {
    let kind = |name| kinds.iter().find(|kind| kind.name == name).with_context(|| format!("no kind {name}"));
    let single = KINDS.map(|(name, _)| Stream::of(kind(name)?));
    let mix = Stream::mix("random mix", kinds.iter().filter(|kind| kind.goal.is_some()));
    single.into_iter().chain([mix]).collect()
}

fn row(name: &str, above: &[Spread], base: &[Spread]) -> Row {
    let more: Vec<Spread> = above.iter().zip(base).map(|(above, base)| *above - base.median).collect();
    let most = more.iter().map(|more| more.median).fold(f64::NEG_INFINITY, f64::max);
    Row::new(name, more.iter().map(|more| format!("{more:+.1}")))
        .with(Goal::at_most("each", most, GOAL, " ns"))
}
