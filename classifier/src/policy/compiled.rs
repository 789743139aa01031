// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compiles a policy to masks of rules, which the programs evaluate.

use std::collections::BTreeMap;

use classifier_common::{
    abi::Direction,
    dry_run::{DROPS, Generation, LIMITED, Rule as Entry, State, TokenBucket, Verdict},
    protocol::{CLASSES, Class},
};

use super::{Policy, Prefix, Rate, Rule, RuleRows};
use crate::protocol_names::ProtocolNames;

/// A policy in the form of the kernel's maps.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) generation: Box<Generation>,
    /// Prefixes of the policy, with the rules of which one includes it: the longest match has all rules
    /// of an address.
    pub(crate) prefixes: Vec<(Prefix, u64)>,
}

impl Compiled {
    /// Compiles the rules in their order, with these counter rows, which have adopted them, and these
    /// protocols. Every bucket is full at `now`, in nanoseconds of the programs' clock.
    #[must_use]
    pub fn new(policy: &Policy, rows: &RuleRows, names: &ProtocolNames, now: u64) -> Self {
        let mut generation = Box::new(Generation::EMPTY);
        generation.default.flags = flags(policy.default);
        for (nth, rule) in policy.rules.iter().enumerate() {
            let bit = 1 << nth;
            add(&mut generation, rule, bit, names);
            let entry = entry(rule, rows.of(&rule.name), now);
            if let Some(place) = generation.rules.get_mut(nth) {
                *place = entry;
            }
        }
        Self { generation, prefixes: united(&policy.rules) }
    }
}

fn add(generation: &mut Generation, rule: &Rule, bit: u64, names: &ProtocolNames) {
    for index in 0..CLASSES {
        let class = class(index);
        let is_named = |label: &String| names.label(class.protocol()) == label;
        let is_asked = rule.protocols.is_empty() || rule.protocols.iter().any(is_named);
        if is_asked && rule.role.is_none_or(|role| class.role() == role) {
            generation.classes[index] |= bit;
        }
    }
    for state in [State::None, State::New, State::Established] {
        if rule.state.is_none_or(|asked| asked == state) {
            generation.states[state as usize] |= bit;
        }
    }
    for direction in Direction::ALL {
        if rule.direction.is_none_or(|asked| asked == direction) {
            generation.directions[direction as usize] |= bit;
        }
    }
    if !rule.from.is_empty() {
        generation.sourced |= bit;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are 128 classes")]
fn class(index: usize) -> Class {
    Class::from_index(index as u32)
}

fn entry(rule: &Rule, row: Option<usize>, now: u64) -> Entry {
    let row = row.and_then(|row| u32::try_from(row).ok()).unwrap_or(Generation::EMPTY.default.row);
    let mut entry = Entry { row, flags: flags(rule.action), ..Entry::default() };
    if let Some(rate) = rule.rate {
        let bucket = rate.bucket();
        entry.flags |= LIMITED;
        (entry.cost, entry.most, entry.word) = (bucket.cost, bucket.most, bucket.full(now));
    }
    entry
}

const fn flags(action: Verdict) -> u32 {
    match action {
        Verdict::Accept => 0,
        Verdict::Drop => DROPS,
    }
}

impl Rate {
    /// Computes the cost of a packet and the size of the bucket, rounded as in nft (`nft_limit_init`).
    #[must_use]
    pub fn bucket(self) -> TokenBucket {
        let cost = (self.per / u64::from(self.packets.max(1))).max(1);
        TokenBucket { cost, most: cost * u64::from(self.burst) }
    }
}

/// Lists each prefix with the rules of which a prefix includes it.
fn united(rules: &[Rule]) -> Vec<(Prefix, u64)> {
    let mut own = BTreeMap::<Prefix, u64>::new();
    for (nth, rule) in rules.iter().enumerate() {
        for prefix in &rule.from {
            *own.entry(*prefix).or_default() |= 1 << nth;
        }
    }
    // In sorted order a prefix follows all prefixes that include it, and those that include the next one are
    // still on the stack.
    let mut around: Vec<(Prefix, u64)> = Vec::new();
    let mut all = Vec::with_capacity(own.len());
    for (prefix, mut rules) in own {
        while around.last().is_some_and(|(outer, _)| !outer.holds(prefix)) {
            around.pop();
        }
        rules |= around.last().map_or(0, |(_, rules)| *rules);
        around.push((prefix, rules));
        all.push((prefix, rules));
    }
    all
}
