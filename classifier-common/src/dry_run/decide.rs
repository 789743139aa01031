// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Evaluation of a policy: finds the rule that decides.

use super::{
    Facts, Generation, PacketSource, Verdict,
    generation::{DROPS, LIMITED, Rule},
};
use crate::{dry_run::RULES, protocol::CLASSES};

/// Environment of an evaluation.
pub trait DryRunEnv {
    /// Returns the active policy.
    fn generation(&self) -> &Generation;

    /// Returns the rules with a prefix that contains this address.
    fn holding(&self, source: PacketSource) -> u64;

    /// Takes as many of these packets as are within a rule's rate.
    fn take(&self, rule: usize, packets: u64) -> u64;

    /// Counts packets under a row.
    fn count(&mut self, row: usize, verdict: Verdict, packets: u64);

    /// Calls [`by_rates`]. The kernel uses a global function, like for [`Self::by_first`]: the verifier would
    /// follow an inlined one again for each path that calls it.
    fn by_rates(&mut self, rules: u64, packets: u64);

    /// Calls [`by_first`].
    fn by_first(&mut self, rules: u64, packets: u64) -> u64;

    /// Returns the number unchanged, hidden from the compiler: it would otherwise drop bounds that it has
    /// proved and the verifier has not.
    #[inline(always)]
    #[must_use]
    fn barrier(number: usize) -> usize {
        number
    }
}

/// Counts packets under the first matching rule, or under the default. If several packets come together,
/// those above a rule's rate continue with the next rule.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "every index is the remainder by its table's length")]
pub fn decide<E: DryRunEnv>(
    env: &mut E,
    facts: Facts,
    packets: u64,
    source: impl FnOnce() -> Option<PacketSource>,
) {
    let policy = env.generation();
    let mut rules = policy.classes[E::barrier(facts.class().index()) % CLASSES]
        & policy.states[E::barrier(facts.state()) % policy.states.len()]
        & policy.directions[E::barrier(facts.direction() as usize) % policy.directions.len()];
    let sourced = policy.sourced;
    if rules & sourced != 0 {
        let holding = source().map_or(0, |source| env.holding(source));
        rules &= holding | !sourced;
    }
    if rules == 0 {
        by_default(env, packets);
        return;
    }
    let Rule { row, flags, .. } = first(env, rules).1;
    if flags & LIMITED == 0 {
        env.count(row as usize, verdict(flags), packets);
    } else {
        env.by_rates(rules, packets);
    }
}

/// Counts packets under these rules, of which the first has a rate. Each rule takes the packets within its
/// own rate.
#[inline(always)]
pub fn by_rates<E: DryRunEnv>(env: &mut E, mut rules: u64, packets: u64) {
    let mut left = packets;
    for _ in 0..RULES {
        if rules == 0 {
            break;
        }
        left = env.by_first(rules, left);
        if left == 0 {
            return;
        }
        rules &= rules - 1;
    }
    by_default(env, left);
}

/// Counts packets under the first of these rules, as far as they are within its rate; returns the remaining
/// packets.
#[inline(always)]
pub fn by_first<E: DryRunEnv>(env: &mut E, rules: u64, packets: u64) -> u64 {
    let (nth, Rule { row, flags, .. }) = first(env, rules);
    let taken = if flags & LIMITED == 0 { packets } else { env.take(nth, packets) };
    env.count(row as usize, verdict(flags), taken);
    packets - taken
}

#[inline(always)]
fn by_default<E: DryRunEnv>(env: &mut E, packets: u64) {
    let Rule { row, flags, .. } = env.generation().default;
    env.count(row as usize, verdict(flags), packets);
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "the index is the remainder by the table's length")]
fn first<E: DryRunEnv>(env: &E, rules: u64) -> (usize, Rule) {
    let nth = E::barrier(lowest::<E>(rules)) % RULES;
    (nth, env.generation().rules[nth])
}

#[inline(always)]
const fn verdict(flags: u32) -> Verdict {
    if flags & DROPS == 0 { Verdict::Accept } else { Verdict::Drop }
}

/// Returns the index of the lowest set bit, as the number of bits below it. BPF has no instruction for
/// either, and the compiler only expands the count of bits.
#[inline(always)]
fn lowest<E: DryRunEnv>(rules: u64) -> usize {
    let below = (rules & rules.wrapping_neg()).wrapping_sub(1);
    #[expect(clippy::cast_possible_truncation, reason = "the targets have 64 bits")]
    let below = E::barrier(below as usize);
    below.count_ones() as usize
}
