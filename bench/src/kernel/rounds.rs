//! Several programs on streams of packets, by turns.

use anyhow::Result;
use aya::programs::Program;

use super::{
    hook::Hook,
    runner::{Contender, Runner},
    stream::Stream,
};
use crate::{spread::Spread, yardsticks::Yardsticks};

/// What a stream costs a packet, in nanoseconds.
pub struct Cost {
    /// With the first program.
    pub base: Spread,
    /// How much more with each of the others, in the same round.
    pub above: Vec<Spread>,
}

/// Runs each program on each stream, as often as there are rounds, each time one right after the other: whatever slows
/// the machine down for a while slows all of them.
pub fn compare(
    hook: &'static Hook,
    yardsticks: &mut Yardsticks,
    contenders: &[Contender<'_>],
    streams: &[Stream],
    rounds: u32,
) -> Result<Vec<Cost>> {
    let programs = contenders.iter().map(|contender| contender.program(yardsticks));
    let descriptor = |program: Result<&Program>| Ok(program?.fd()?.try_clone()?);
    let targets = programs.map(descriptor).collect::<Result<Vec<_>>>()?;
    yardsticks.set_targets(hook.targets, &targets)?;
    let mut runners = Vec::new();
    for stream in streams {
        for (place, contender) in (0..).zip(contenders) {
            runners.push(Runner::new(hook, yardsticks, *contender, stream, place)?);
        }
    }
    let mut samples = vec![vec![]; runners.len()];
    for round in 0..rounds {
        let groups = runners.chunks_mut(contenders.len()).zip(samples.chunks_mut(contenders.len()));
        for (runners, samples) in groups {
            for turn in 0..contenders.len() {
                let place = (turn + round as usize) % contenders.len();
                samples[place].push(runners[place].sample(yardsticks, round)?);
            }
        }
    }
    Ok(samples.chunks(contenders.len()).map(cost).collect())
}

fn cost(samples: &[Vec<f64>]) -> Cost {
    let (base, others) = (&samples[0], &samples[1..]);
    let above = |samples: &Vec<f64>| Spread::of(samples.iter().zip(base).map(|(one, base)| one - base));
    Cost { base: Spread::of(base.iter().copied()), above: others.iter().map(above).collect() }
}
