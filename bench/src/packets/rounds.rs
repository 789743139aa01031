// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interleaved measurements of several programs on streams of packets.

use anyhow::Result;

use super::{contender::Contender, hook::Hook, runner::Runner, stream::Stream};
use crate::{turns::Turns, yardsticks::Yardsticks};

/// Runs each program on each stream in every round. Returns the cost of a packet for each stream, in
/// nanoseconds.
pub fn compare(
    hook: &'static Hook,
    yardsticks: &mut Yardsticks,
    contenders: &[Contender<'_>],
    streams: &[Stream],
    rounds: u32,
) -> Result<Vec<Turns>> {
    compare_with(hook, yardsticks, contenders, streams, rounds, |_| Ok(()))
}

/// As [`compare`]. Calls `after` with the index of a stream whenever all programs have run on the stream.
pub fn compare_with(
    hook: &'static Hook,
    yardsticks: &mut Yardsticks,
    contenders: &[Contender<'_>],
    streams: &[Stream],
    rounds: u32,
    mut after: impl FnMut(usize) -> Result<()>,
) -> Result<Vec<Turns>> {
    let targets = contenders.iter().map(|contender| contender.descriptor(yardsticks));
    let targets = targets.collect::<Result<Vec<_>>>()?;
    yardsticks.set_targets(hook.targets, &targets)?;
    let mut costs = Vec::new();
    for stream in streams {
        let runner = |(place, contender): (u32, &_)| Runner::new(hook, yardsticks, *contender, stream, place);
        let runners = (0..).zip(contenders).map(runner).collect::<Result<Vec<_>>>()?;
        costs.push((runners, Turns::of(contenders.len())));
    }
    // All streams run within a round, so that each is spread over the whole time.
    for round in 0..rounds {
        for (stream, (runners, turns)) in costs.iter_mut().enumerate() {
            turns.round(round, |place| runners[place].sample(yardsticks, round))?;
            after(stream)?;
        }
    }
    Ok(costs.into_iter().map(|(_, turns)| turns).collect())
}
