// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Evaluation of a policy on every packet, with its maps.

use core::ptr::{from_mut, from_ref};

use aya_ebpf::helpers::{bpf_ktime_get_ns, bpf_map_lookup_elem};
use classifier_common::{
    counter::Counters,
    dry_run::{
        self, DryRunEnv, Facts, Generation, PacketSource, PrefixKey, RULES, Rule, TokenBucket, Verdict,
        by_first, by_rates,
    },
};

use crate::{
    atomic,
    hook::Hook,
    maps::{DRY_RUN, PREFIXES},
    verifier::barrier_var,
};

/// Limit of attempts to take from a bucket. Each failure is another CPU's success, at the same moment and for
/// the same rule.
const TRIES: usize = 16;

/// The active policy, and the counters of the packet's interface and direction.
struct PolicyEnv<'a> {
    /// Number of the generation, in its lowest bit.
    number: u32,
    generation: &'a Generation,
    counters: &'a mut Counters,
}

impl PolicyEnv<'_> {
    /// Creates the environment. `counters` were found by a program and passed from function to function.
    #[inline(always)]
    fn open(number: u32, counters: *mut Counters) -> Option<Self> {
        // SAFETY: null, for which the verifier demands a check, or this CPU's value of the map, and nobody
        // else's.
        let counters = unsafe { counters.as_mut() }?;
        let policy = DRY_RUN.get_ptr(0)?;
        // SAFETY: the map's value. A generation is only written after every program that found it active has
        // ended, except for its buckets, which are read separately.
        let generation = unsafe { (*policy).generation(number.into()) };
        Some(Self { number, generation, counters })
    }
}

/// Counts packets under the rules that decide about them.
#[inline(always)]
pub fn decide<H: Hook>(ctx: H, facts: u32, packets: u32, counters: *mut Counters) -> u32 {
    let Some(policy) = DRY_RUN.get_ptr(0) else { return 0 };
    // SAFETY: the map's value. The word is read once, so that the packet sees one consistent policy.
    let current = unsafe { (&raw const (*policy).current).read_volatile() };
    let Some(mut env) = PolicyEnv::open(current as u32 & 1, counters) else { return 0 };
    let link = env.counters.link;
    dry_run::decide(&mut env, Facts::from_number(facts), packets.into(), || ctx.sender(link));
    0
}

impl DryRunEnv for PolicyEnv<'_> {
    #[inline(always)]
    fn generation(&self) -> &Generation {
        self.generation
    }

    #[inline(always)]
    fn holding(&self, source: PacketSource) -> u64 {
        let key = PrefixKey::of(self.number as u8, source);
        // SAFETY: the map is this program's, and the key is as long as its keys.
        let rules =
            unsafe { bpf_map_lookup_elem((&raw const PREFIXES).cast_mut().cast(), from_ref(&key).cast()) };
        // SAFETY: null or the value, eight bytes that are never changed.
        unsafe { rules.cast::<u64>().as_ref() }.map_or(0, |rules| *rules)
    }

    #[inline(always)]
    fn take(&self, rule: usize, packets: u64) -> u64 {
        let number = self.number << 8 | rule as u32;
        classifier_policy_take(number, packets as u32).into()
    }

    #[inline(always)]
    fn count(&mut self, row: usize, verdict: Verdict, packets: u64) {
        self.counters.count_decided(row, verdict, packets, barrier_var);
    }

    #[inline(always)]
    fn by_rates(&mut self, rules: u64, packets: u64) {
        classifier_policy_rates(from_mut(self.counters), self.number, rules, packets as u32);
    }

    #[inline(always)]
    fn by_first(&mut self, rules: u64, packets: u64) -> u64 {
        classifier_policy_rule(from_mut(self.counters), self.number, rules, packets as u32).into()
    }

    #[inline(always)]
    fn barrier(number: usize) -> usize {
        barrier_var(number)
    }
}

/// Counts packets under these rules. A global function, like those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_rates(counters: *mut Counters, number: u32, rules: u64, packets: u32) -> u32 {
    if let Some(mut env) = PolicyEnv::open(number, counters) {
        by_rates(&mut env, rules, packets.into());
    }
    0
}

/// Counts packets under the first of these rules; returns the packets that are left.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_rule(counters: *mut Counters, number: u32, rules: u64, packets: u32) -> u32 {
    let Some(mut env) = PolicyEnv::open(number, counters) else { return 0 };
    by_first(&mut env, rules, packets.into()) as u32
}

/// Returns how many of these packets are within the rate of a rule. `number` is its index and, from bit 8,
/// its generation.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_take(number: u32, packets: u32) -> u32 {
    let Some(policy) = DRY_RUN.get_ptr_mut(0) else { return 0 };
    let nth = barrier_var(number as usize) % RULES;
    // SAFETY: the map's value, and the index is below its number of rules; the word is read again with each
    // attempt.
    unsafe {
        let generations = (&raw mut (*policy).generations).cast::<Generation>();
        let generation = generations.add(barrier_var((number >> 8) as usize) & 1);
        let rule = (&raw mut (*generation).rules).cast::<Rule>().add(nth);
        let bucket = TokenBucket { cost: (*rule).cost, most: (*rule).most };
        for _ in 0..TRIES {
            let word = (&raw const (*rule).word).read_volatile();
            let granted = bucket.take(word, bpf_ktime_get_ns(), packets.into());
            if granted.packets == 0
                || atomic::compare_exchange(&raw mut (*rule).word, word, granted.word) == word
            {
                return granted.packets as u32;
            }
        }
    }
    0
}
