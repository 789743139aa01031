//! Several programs on streams of packets, by turns.

use std::ops::RangeInclusive;

use anyhow::Result;

use super::{contender::Contender, hook::Hook, runner::Runner, stream::Stream};
use crate::{spread::Spread, yardsticks::Yardsticks};

/// A round does not count if its first program took so much longer than in the best quarter of all rounds: something
/// else was at work on the same core then.
const DISTURBED: f64 = 1.15;

/// What a stream costs a packet, in nanoseconds, by program and round.
pub struct Cost(Vec<Vec<f64>>);

impl Cost {
    /// How many programs there are.
    pub const fn programs(&self) -> usize {
        self.0.len()
    }

    /// With the first program; in all rounds.
    pub fn base(&self) -> Spread {
        Spread::of(self.0.iter().take(1).flatten().copied())
    }

    /// How much more with the program at this place, in the same round.
    pub fn above(&self, place: usize) -> Spread {
        self.above_any(place..=place)
    }

    /// The same for programs that are copies of one.
    pub fn above_any(&self, places: RangeInclusive<usize>) -> Spread {
        let rounds = self.0[places].iter().flat_map(|copy| copy.iter().zip(&self.0[0]));
        let quiet = self.base().low * DISTURBED;
        Spread::of(rounds.filter(|(_, base)| **base <= quiet).map(|(copy, base)| copy - base))
    }
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
    let targets = contenders.iter().map(|contender| contender.descriptor(yardsticks));
    let targets = targets.collect::<Result<Vec<_>>>()?;
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
    Ok(samples.chunks(contenders.len()).map(|samples| Cost(samples.to_vec())).collect())
}
