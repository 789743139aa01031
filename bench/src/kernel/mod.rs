//! What a packet costs in the kernel, by kind and hook: `BPF_PROG_TEST_RUN`.

mod conversation;
mod hook;
mod kinds;
mod rounds;
mod runner;
mod sizes;
mod stream;
mod subject;
mod test_run;

use anyhow::{Context as _, Result};
use testbed::{End, Lab};

use self::{
    hook::{EGRESS, Hook, INGRESS, LOOPBACK, XDP},
    kinds::Kind,
    rounds::{Cost, compare},
    runner::Contender::{Program, Yardstick},
    stream::Stream,
    subject::Subject,
};
use crate::{
    Setup,
    processor::pin,
    section::{Goal, Row, Section, Table},
    yardsticks::Yardsticks,
};

/// Of all that is made up at random.
const SEED: u64 = 4;

/// The classifier's and those to compare with.
const XDP_PROGRAMS: usize = 4;

const ROUNDS: u32 = 41;
const ROUNDS_QUICK: u32 = 7;

const MIX: &str = "random mix of the rows with a goal";
const MIX_OF_ALL: &str = "random mix of all rows";

const ABOUT: &str = "\
Nanoseconds a packet, by `BPF_PROG_TEST_RUN`: the time of the whole call over its repeats. Programs take turns within a
round; what is shown of all but the empty program is the difference to the empty one in the same round: the median over
the rounds, and in parentheses the quartiles. `counter only` finds its interface's block by one array look-up and adds
one. A row repeats one packet; a mix draws each packet anew from a seeded stream that never repeats, through a program
in front that costs all of them the same.";

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
    let kinds = kinds::all();
    let (own, others) = interfaces.split_first().context("no interface")?;
    let mut subject = Subject::load(hook, own)?;
    kinds.iter().try_for_each(|kind| subject.check(kind))?;
    sizes.rows.push(sizes::row(hook.program, subject.program()?)?);
    let streams = streams(hook, &kinds)?;
    let mut yardsticks = Yardsticks::load(LOOPBACK)?;
    yardsticks.settle(&others.iter().map(|end| end.index).collect::<Vec<_>>())?;
    let contenders = [Yardstick(hook.empty), Yardstick(hook.counter), Program(subject.program()?)];
    let costs = compare(hook, &mut yardsticks, &contenders, &streams, rounds)?;
    let columns = ["packet", "empty", "counter only", "classifier"].map(str::to_owned).into();
    let rows = streams.iter().zip(&costs).map(|(stream, cost)| row(stream, cost)).collect();
    Ok(Table { title: format!("{}, ns", hook.name), columns, rows })
}

/// A row for each kind, and the mixes.
fn streams(hook: &Hook, kinds: &[Kind]) -> Result<Vec<Stream>> {
    let mut streams = kinds.iter().map(Stream::of).collect::<Result<Vec<_>>>()?;
    if !hook.kinds_have_goals {
        for stream in &mut streams {
            stream.goal = None;
        }
    }
    let with_goal: Vec<&Kind> = kinds.iter().filter(|kind| kind.goal.is_some()).collect();
    streams.push(Stream::mix(MIX, Some(hook.goal_of_mix), &with_goal)?);
    streams.push(Stream::mix(MIX_OF_ALL, None, &kinds.iter().collect::<Vec<_>>())?);
    Ok(streams)
}

fn row(stream: &Stream, cost: &Cost) -> Row {
    let above = cost.above.iter().map(|above| format!("{above:+.1}"));
    let row = Row::new(stream.name, [format!("{:.1}", cost.base.median)].into_iter().chain(above));
    match (stream.goal, cost.above.last()) {
        (Some(goal), Some(above)) => row.with(Goal::at_most("", above.median, goal, " ns")),
        _ => row,
    }
}
