// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Cost of a packet in the kernel, by kind and hook.

use std::{cell::RefCell, iter, path::Path};

use anyhow::{Result, bail, ensure};
use testbed::{End, Lab};

use crate::{
    Setup,
    packets::{
        self, Contender, EGRESS, Hook, INGRESS, Kind, LEAST, LOOPBACK, Reference, Stream, Subject, XDP,
        compare,
    },
    processor::pin,
    section::{Goal, Row, Section, Table},
    sizes,
    turns::Turns,
    yardsticks::Yardsticks,
};

/// Maximum number of XDP programs in a comparison: the classifier's, the programs for comparison, and the reference.
const XDP_PROGRAMS: usize = 5;

/// Copies of the classifier that a mix is run on.
const COPIES: usize = 4;

const ROUNDS: u32 = 41;
const ROUNDS_QUICK: u32 = 7;

const ABOUT: &str = "\
Nanoseconds per packet, by `BPF_PROG_TEST_RUN`: the processor time of the whole call, divided by its repeats. Programs
run interleaved within a round. Every column except `empty` shows the difference to the empty program in the same round:
the median over the rounds, with the quartiles in parentheses. A round is discarded if the empty program took 15 % longer
than in its best quarter, because other work then ran on the core.

`counter only` finds its interface's block by one array look-up and adds one. A row repeats one packet. A mix draws each
packet from a seeded random stream that never repeats. A program in front draws it, at the same cost for every program.
Mixes measure several loaded copies of the classifier, because mispredicted branches depend on the address of the code.
The last column evaluates a policy of 10 rules and 1,000 prefixes in dry-run mode (docs/policy.md).

With `--reference OBJECT` a foreign program of the same hook stands beside them, with its maps as its object has them.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let lab = Lab::new();
    let (host, peer) = (lab.host("bench"), lab.host("peer"));
    let interfaces: Vec<End> = (0..XDP_PROGRAMS).map(|_| lab.wire(&host, &peer, 1500).0).collect();
    let tables = host.enter(|| {
        pin()?;
        let rounds = if setup.quick { ROUNDS_QUICK } else { ROUNDS };
        let mut sizes = sizes::table();
        let reference = setup.reference.as_deref();
        let table = |hook| table(hook, &interfaces, rounds, reference, &mut sizes);
        let tables: Result<Vec<_>> = [&XDP, &INGRESS, &EGRESS].into_iter().map(table).collect();
        Ok::<_, anyhow::Error>([tables?, vec![sizes]].into_iter().flatten().collect())
    })?;
    Ok(Section { heading: "In the kernel", about: ABOUT.to_owned(), tables })
}

fn table(
    hook: &'static Hook,
    interfaces: &[End],
    rounds: u32,
    reference: Option<&Path>,
    sizes: &mut Table,
) -> Result<Table> {
    let kinds = packets::all();
    let [own, foreign, others @ ..] = interfaces else { bail!("too few interfaces") };
    let mut subject = Subject::load(hook, own)?;
    kinds.iter().try_for_each(|kind| subject.check(kind))?;
    sizes.rows.push(sizes::row(hook.program, subject.program()?)?);
    sizes.rows.push(sizes::row(hook.dry_run, Subject::load_dry_run(hook)?.program()?)?);
    let (streams, mixes) = (streams(hook, &kinds)?, mixes(hook, &kinds)?);
    let mut yardsticks = Yardsticks::load(LOOPBACK)?;
    packets::settle(&mut yardsticks, others)?;
    let subject = RefCell::new(subject);
    let mut reference = reference.map(Reference::load).transpose()?;
    let named = reference.as_ref().and_then(|reference| reference.name(hook));
    if let (Some(reference), Some(name)) = (&mut reference, &named) {
        reference.settle(name, foreign)?;
    }
    let reference = reference.as_ref().zip(named.as_deref());
    let reference = reference.map(|(reference, name)| Contender::Reference(reference, name));
    let first = [hook.empty, hook.counter].map(Contender::Yardstick);
    let first: Vec<_> = first.into_iter().chain(reference).collect();
    let contenders = [first.as_slice(), &[Contender::Subject(&subject, LEAST)]].concat();
    let mut costs = compare(hook, &mut yardsticks, &contenders, &streams, rounds)?;

    let forwarded = subject.borrow().forwarded()?;
    ensure!(
        forwarded == 0,
        "{forwarded} control segments were forwarded to the agent, so their cost is incomplete"
    );

    // New copies: the one above has already seen commands that the mix sends as new.
    let copies = (0..COPIES).map(|_| Ok(RefCell::new(Subject::load_aside(hook)?)));
    let copies = copies.collect::<Result<Vec<_>>>()?;
    let dry_run = (0..COPIES).map(|_| Ok(RefCell::new(Subject::load_dry_run(hook)?)));
    let dry_run = dry_run.collect::<Result<Vec<_>>>()?;
    let copies = copies.iter().chain(&dry_run).map(|copy| Contender::Subject(copy, LEAST));
    let contenders: Vec<_> = first.iter().copied().chain(copies).collect();
    costs.extend(compare(hook, &mut yardsticks, &contenders, &mixes, rounds)?);
    let following = RefCell::new(Subject::load_following(hook)?);
    let kinds = packets::of_flows();
    kinds.iter().try_for_each(|kind| following.borrow_mut().check(kind))?;
    let [known, new] = &kinds;
    let flows = [Stream::mix(known.name, iter::once(known))?, Stream::of(new)?];
    let contenders = [first.as_slice(), &[Contender::Subject(&following, LEAST)]].concat();
    costs.extend(compare(hook, &mut yardsticks, &contenders, &flows, rounds)?);
    let reference = reference.map(|_| "reference");
    let columns = ["packet", "empty", "counter only"].into_iter().chain(reference);
    let columns = columns.chain(["classifier", "with a policy"]).map(str::to_owned).collect();
    let rows = streams.iter().chain(&mixes).chain(&flows).zip(&costs);
    let rows = rows.map(|(stream, cost)| row(stream, cost, first.len())).collect();
    Ok(Table { title: format!("{}, ns", hook.name), columns, rows })
}

/// Returns a stream for each kind.
fn streams(hook: &Hook, kinds: &[Kind]) -> Result<Vec<Stream>> {
    let mut streams = kinds.iter().map(Stream::of).collect::<Result<Vec<_>>>()?;
    if !hook.kinds_have_goals {
        for stream in &mut streams {
            stream.goal = None;
        }
    }
    Ok(streams)
}

fn mixes(hook: &Hook, kinds: &[Kind]) -> Result<[Stream; 2]> {
    let mut mix =
        Stream::mix("random mix of the rows with a goal", kinds.iter().filter(|kind| kind.goal.is_some()))?;
    mix.goal = Some(hook.goal_of_mix);
    Ok([mix, Stream::mix("random mix of all rows", kinds.iter())?])
}

/// Returns a row of the table. The classifier's programs begin at the index `own`.
fn row(stream: &Stream, cost: &Turns, own: usize) -> Row {
    let last = cost.things() - 1;
    let is_mix = last > own;
    let classifier = cost.above_any(own..=if is_mix { own + COPIES - 1 } else { own });
    let dry_run = if is_mix { format!("{:+.1}", cost.above_any(own + COPIES..=last)) } else { String::new() };
    let others = (1..own).map(|place| format!("{:+.1}", cost.above(place)));
    let cells = iter::once(format!("{:.1}", cost.at(0).median)).chain(others);
    let cells = cells.chain([format!("{classifier:+.1}"), dry_run]);
    let row = Row::new(stream.name, cells);
    match stream.goal {
        Some(goal) => row.with(Goal::at_most("", classifier.median, goal, " ns")),
        None => row,
    }
}
