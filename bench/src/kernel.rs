//! Cost of a packet in the kernel, by kind and hook.

use std::cell::RefCell;

use anyhow::{Context as _, Result, ensure};
use testbed::{End, Lab};

use crate::{
    Setup,
    packets::{self, Contender, EGRESS, Hook, INGRESS, Kind, LEAST, LOOPBACK, Stream, Subject, XDP, compare},
    processor::pin,
    section::{Goal, Row, Section, Table},
    sizes,
    turns::Turns,
    yardsticks::Yardsticks,
};

/// XDP programs in a comparison: the classifier's and the programs for comparison.
const XDP_PROGRAMS: usize = 4;

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
The last column evaluates a policy of 10 rules and 1,000 prefixes in dry-run mode (docs/policy.md).";

pub fn measure(setup: &Setup) -> Result<Section> {
    let lab = Lab::new();
    let (host, peer) = (lab.host("bench"), lab.host("peer"));
    let interfaces: Vec<End> = (0..XDP_PROGRAMS).map(|_| lab.wire(&host, &peer, 1500).0).collect();
    let tables = host.enter(|| {
        pin()?;
        let rounds = if setup.quick { ROUNDS_QUICK } else { ROUNDS };
        let mut sizes = sizes::table();
        let table = |hook| table(hook, &interfaces, rounds, &mut sizes);
        let tables: Result<Vec<_>> = [&XDP, &INGRESS, &EGRESS].into_iter().map(table).collect();
        Ok::<_, anyhow::Error>([tables?, vec![sizes]].into_iter().flatten().collect())
    })?;
    Ok(Section { heading: "In the kernel", about: ABOUT.to_owned(), tables })
}

fn table(hook: &'static Hook, interfaces: &[End], rounds: u32, sizes: &mut Table) -> Result<Table> {
    let kinds = packets::all();
    let (own, others) = interfaces.split_first().context("no interface")?;
    let mut subject = Subject::load(hook, own)?;
    kinds.iter().try_for_each(|kind| subject.check(kind))?;
    sizes.rows.push(sizes::row(hook.program, subject.program()?)?);
    sizes.rows.push(sizes::row(hook.dry_run, Subject::load_dry_run(hook)?.program()?)?);
    let (streams, mixes) = (streams(hook, &kinds)?, mixes(hook, &kinds)?);
    let mut yardsticks = Yardsticks::load(LOOPBACK)?;
    packets::settle(&mut yardsticks, others)?;
    let subject = RefCell::new(subject);
    let [empty, counter] = [hook.empty, hook.counter].map(Contender::Yardstick);
    let contenders = [empty, counter, Contender::Subject(&subject, LEAST)];
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
    let contenders: Vec<_> = [empty, counter].into_iter().chain(copies).collect();
    costs.extend(compare(hook, &mut yardsticks, &contenders, &mixes, rounds)?);
    let columns =
        ["packet", "empty", "counter only", "classifier", "with a policy"].map(str::to_owned).into();
    let rows = streams.iter().chain(&mixes).zip(&costs).map(|(stream, cost)| row(stream, cost)).collect();
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

fn row(stream: &Stream, cost: &Turns) -> Row {
    let last = cost.things() - 1;
    let is_mix = last > 2;
    let (counter, classifier) = (cost.above(1), cost.above_any(2..=if is_mix { 1 + COPIES } else { 2 }));
    let dry_run = if is_mix { format!("{:+.1}", cost.above_any(2 + COPIES..=last)) } else { String::new() };
    let cells =
        [format!("{:.1}", cost.at(0).median), format!("{counter:+.1}"), format!("{classifier:+.1}"), dry_run];
    let row = Row::new(stream.name, cells);
    match stream.goal {
        Some(goal) => row.with(Goal::at_most("", classifier.median, goal, " ns")),
        None => row,
    }
}
