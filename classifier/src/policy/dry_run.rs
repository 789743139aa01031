// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A dry run in userspace, with the code that evaluates a policy in the kernel: for reports and tests.

use std::{cell::RefCell, collections::HashMap};

use classifier_common::dry_run::{
    Decided, DryRunEnv, Facts, Generation, PacketSource, PrefixKey, ROWS, TokenBucket, Verdict, by_first,
    by_rates, decide,
};

use super::Compiled;

/// A policy with its decisions.
#[derive(Debug)]
pub struct DryRun {
    generation: RefCell<Box<Generation>>,
    fixed: Box<Generation>,
    /// Rules by prefix.
    prefixes: HashMap<PrefixKey, u64>,
    /// Time in nanoseconds.
    now: u64,
    /// Packets by row and verdict.
    pub decided: Box<Decided>,
}

impl DryRun {
    /// Begins a dry run.
    #[must_use]
    pub fn new(compiled: &Compiled) -> Self {
        let prefixes = compiled.prefixes.iter().map(|(prefix, rules)| (prefix.key(0), *rules));
        Self {
            generation: RefCell::new(compiled.generation.clone()),
            fixed: compiled.generation.clone(),
            prefixes: prefixes.collect(),
            now: 0,
            decided: Box::new([[0; Verdict::ALL.len()]; ROWS]),
        }
    }

    /// Decides about packets that arrive together, at this moment.
    pub fn decide(&mut self, now: u64, facts: Facts, source: Option<PacketSource>, packets: u64) {
        self.now = now;
        decide(self, facts, packets, || source);
    }
}

impl DryRunEnv for DryRun {
    fn generation(&self) -> &Generation {
        &self.fixed
    }

    fn holding(&self, source: PacketSource) -> u64 {
        let mut key = PrefixKey::of(0, source);
        let length = key.length();
        for behind in 0..=length {
            key.bits -= u32::from(behind > 0);
            let bits = u128::from_be_bytes(key.address);
            let kept = u128::MAX.checked_shl(128 - key.length()).unwrap_or(0);
            key.address = (bits & kept).to_be_bytes();
            if let Some(rules) = self.prefixes.get(&key) {
                return *rules;
            }
        }
        0
    }

    fn take(&self, rule: usize, packets: u64) -> u64 {
        let mut generation = self.generation.borrow_mut();
        let Some(rule) = generation.rules.get_mut(rule) else { return 0 };
        let granted = TokenBucket { cost: rule.cost, most: rule.most }.take(rule.word, self.now, packets);
        rule.word = granted.word;
        granted.packets
    }

    fn by_rates(&mut self, rules: u64, packets: u64) {
        by_rates(self, rules, packets);
    }

    fn by_first(&mut self, rules: u64, packets: u64) -> u64 {
        by_first(self, rules, packets)
    }

    fn count(&mut self, row: usize, verdict: Verdict, packets: u64) {
        if let Some(counts) = self.decided.get_mut(row) {
            counts[verdict as usize] += packets;
        }
    }
}
