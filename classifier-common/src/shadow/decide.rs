//! Which rule decides.

use super::{
    Facts, Generation, Source, Verdict,
    generation::{DROPS, LIMITED, Rule},
};
use crate::{protocol::CLASSES, shadow::RULES};

/// What an evaluation asks of its surroundings.
pub trait World {
    /// The policy that applies.
    fn generation(&self) -> &Generation;

    /// The rules of which a prefix holds this address.
    fn holding(&self, source: Source) -> u64;

    /// As many of these packets as are within a rule's rate.
    fn take(&self, rule: usize, packets: u64) -> u64;

    /// Counts packets under a row.
    fn count(&mut self, row: usize, verdict: Verdict, packets: u64);

    /// [`by_rates`]. In the kernel a function of its own, as [`Self::by_first`] is: the verifier would go through it anew
    /// for each way that leads to it.
    fn by_rates(&mut self, rules: u64, packets: u64);

    /// [`by_first`].
    fn by_first(&mut self, rules: u64, packets: u64) -> u64;

    /// The same number, in a form that the compiler knows nothing of: it would else drop bounds that it has proved and
    /// the verifier has not.
    #[inline(always)]
    #[must_use]
    fn opaque(number: usize) -> usize {
        number
    }
}

/// Counts packets under the rules that decide about them, or under the default: the first rule that matches. Of packets
/// that come together, those past a rule's rate go on to the next rule.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "every index is the remainder by its table's length")]
pub fn decide<W: World>(world: &mut W, facts: Facts, packets: u64, source: impl FnOnce() -> Option<Source>) {
    let policy = world.generation();
    let mut rules = policy.classes[W::opaque(facts.class().index()) % CLASSES]
        & policy.states[W::opaque(facts.state()) % policy.states.len()]
        & policy.directions[W::opaque(facts.direction() as usize) % policy.directions.len()];
    let sourced = policy.sourced;
    if rules & sourced != 0 {
        let holding = source().map_or(0, |source| world.holding(source));
        rules &= holding | !sourced;
    }
    if rules == 0 {
        by_default(world, packets);
        return;
    }
    let Rule { row, flags, .. } = first(world, rules).1;
    if flags & LIMITED == 0 {
        world.count(row as usize, verdict(flags), packets);
    } else {
        world.by_rates(rules, packets);
    }
}

/// Counts packets under these rules, of which the first has a rate: each takes what is within its own.
#[inline(always)]
pub fn by_rates<W: World>(world: &mut W, mut rules: u64, packets: u64) {
    let mut left = packets;
    for _ in 0..RULES {
        if rules == 0 {
            break;
        }
        left = world.by_first(rules, left);
        if left == 0 {
            return;
        }
        rules &= rules - 1;
    }
    by_default(world, left);
}

/// Counts packets under the first of these rules, as far as they are within its rate; those that are left.
#[inline(always)]
pub fn by_first<W: World>(world: &mut W, rules: u64, packets: u64) -> u64 {
    let (nth, Rule { row, flags, .. }) = first(world, rules);
    let taken = if flags & LIMITED == 0 { packets } else { world.take(nth, packets) };
    world.count(row as usize, verdict(flags), taken);
    packets - taken
}

#[inline(always)]
fn by_default<W: World>(world: &mut W, packets: u64) {
    let Rule { row, flags, .. } = world.generation().default;
    world.count(row as usize, verdict(flags), packets);
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "the index is the remainder by the table's length")]
fn first<W: World>(world: &W, rules: u64) -> (usize, Rule) {
    let nth = W::opaque(lowest::<W>(rules)) % RULES;
    (nth, world.generation().rules[nth])
}

#[inline(always)]
const fn verdict(flags: u32) -> Verdict {
    if flags & DROPS == 0 { Verdict::Accept } else { Verdict::Drop }
}

/// The number of the lowest bit that is set, as the number of bits below it: BPF has no instruction for either, and the
/// compiler knows how to do without for this one alone.
#[inline(always)]
fn lowest<W: World>(rules: u64) -> usize {
    let below = (rules & rules.wrapping_neg()).wrapping_sub(1);
    #[expect(clippy::cast_possible_truncation, reason = "the targets have 64 bits")]
    let below = W::opaque(below as usize);
    below.count_ones() as usize
}
