// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Evaluation of a dry run's policy, against a model that asks rule after rule.

use std::convert::identity;

use classifier_common::{
    address::Address,
    counter::Counters,
    dry_run::{
        DEFAULT_ROW, DROPS, Decided, DryRunEnv, DryRunPolicy, Facts, Generation, LIMITED, PacketSource, ROWS,
        RULES, Rule, Verdict, by_first, by_rates, decide,
    },
    outcome::Outcome,
    packet::Direction,
    protocol::{CLASSES, Class},
    wire::Family,
};
use proptest::{collection, prelude::*};

/// A rule as a sentence: which packets it matches, and what it does with them.
#[derive(Clone, Copy, Debug)]
struct Sentence {
    /// Classes, as bits of the remainder of a class by 8.
    classes: u8,
    /// States, as bits.
    states: u8,
    /// Directions, as bits.
    directions: u8,
    /// True if the source of the packet is in a prefix of the rule; `None` for a rule without prefixes.
    holds: Option<bool>,
    drops: bool,
    /// Packets within the rate; `None` for a rule without a rate.
    within: Option<u64>,
}

impl Sentence {
    fn matches(&self, facts: Facts) -> bool {
        self.classes >> (facts.class().index() % 8) & 1 == 1
            && self.states >> facts.state() & 1 == 1
            && self.directions >> facts.direction() as u32 & 1 == 1
            && self.holds != Some(false)
    }

    const fn verdict(&self) -> Verdict {
        if self.drops { Verdict::Drop } else { Verdict::Accept }
    }
}

/// Row of the rule with this number: the order of the rows is not that of the rules.
const fn row(nth: usize) -> usize {
    (nth * 5 + 3) % RULES
}

/// Returns what each rule counts of packets that come together.
fn model(sentences: &[Sentence], facts: Facts, packets: u64, drops: bool) -> Decided {
    let mut decided = [[0; 2]; ROWS];
    let mut left = packets;
    for (nth, sentence) in sentences.iter().enumerate().filter(|(_, sentence)| sentence.matches(facts)) {
        let taken = sentence.within.map_or(left, |within| within.min(left));
        decided[row(nth)][sentence.verdict() as usize] += taken;
        left -= taken;
        if left == 0 {
            return decided;
        }
    }
    decided[DEFAULT_ROW][usize::from(drops)] += left;
    decided
}

fn generation(sentences: &[Sentence], drops: bool) -> Generation {
    let mut policy = Generation::EMPTY;
    policy.default.flags = if drops { DROPS } else { 0 };
    for (nth, sentence) in sentences.iter().enumerate() {
        let select = |masks: &mut [u64], selects: &dyn Fn(usize) -> bool| {
            masks.iter_mut().enumerate().for_each(|(at, mask)| *mask |= u64::from(selects(at)) << nth);
        };
        select(&mut policy.classes, &|class| sentence.classes >> (class % 8) & 1 == 1);
        select(&mut policy.states, &|state| sentence.states >> state & 1 == 1);
        select(&mut policy.directions, &|direction| sentence.directions >> direction & 1 == 1);
        policy.sourced |= u64::from(sentence.holds.is_some()) << nth;
        let drops = if sentence.drops { DROPS } else { 0 };
        let limited = if sentence.within.is_some() { LIMITED } else { 0 };
        let row = u32::try_from(row(nth)).expect("a row is small");
        policy.rules[nth] = Rule { row, flags: drops | limited, ..Rule::default() };
    }
    policy
}

/// Environment whose other generation decides otherwise.
struct Env<'a> {
    sentences: &'a [Sentence],
    policy: Box<DryRunPolicy>,
    counters: Box<Counters>,
}

impl<'a> Env<'a> {
    fn new(sentences: &'a [Sentence], drops: bool, current: u64) -> Self {
        let mut generations = [generation(&[], !drops); 2];
        generations[usize::from(current % 2 == 1)] = generation(sentences, drops);
        let policy = Box::new(DryRunPolicy { current, generations });
        Self { sentences, policy, counters: Box::new(Counters::new(1, 0)) }
    }
}

impl DryRunEnv for Env<'_> {
    fn generation(&self) -> &Generation {
        self.policy.generation(self.policy.current)
    }

    fn holding(&self, source: PacketSource) -> u64 {
        assert_eq!(source, SOURCE);
        let holds = |sentence: &Sentence| u64::from(sentence.holds == Some(true));
        self.sentences.iter().rev().fold(0, |mask, sentence| mask << 1 | holds(sentence))
    }

    fn take(&self, rule: usize, packets: u64) -> u64 {
        self.sentences[rule].within.expect("only a rule with a rate is asked").min(packets)
    }

    fn count(&mut self, row: usize, verdict: Verdict, packets: u64) {
        self.counters.count_decided(row, verdict, packets, identity);
    }

    fn by_rates(&mut self, rules: u64, packets: u64) {
        by_rates(self, rules, packets);
    }

    fn by_first(&mut self, rules: u64, packets: u64) -> u64 {
        by_first(self, rules, packets)
    }
}

const SOURCE: PacketSource = PacketSource { family: Family::V4, address: Address::v4([192, 0, 2, 1]) };

fn sentence() -> impl Strategy<Value = Sentence> {
    let matched = (any::<u8>(), any::<u8>(), 0..4_u8, prop::option::weighted(0.3, any::<bool>()));
    (matched, any::<bool>(), prop::option::weighted(0.6, 0..4_u64)).prop_map(
        |((classes, states, directions, holds), drops, within)| Sentence {
            classes,
            states,
            directions,
            holds,
            drops,
            within,
        },
    )
}

fn facts() -> impl Strategy<Value = Facts> {
    let flags = prop::sample::select(vec![0_u8, 0x02, 0x10, 0x12]);
    let classes = 0..u32::try_from(CLASSES).expect("few");
    (classes, flags, any::<bool>()).prop_map(|(class, tcp_flags, out)| {
        let outcome = Outcome { tcp_flags, ..Outcome::of(Class::from_index(class)) };
        Facts::new(&outcome, Direction::ALL[usize::from(out)])
    })
}

proptest! {
    #[test]
    fn packets_are_counted_under_the_rules_that_a_model_finds(
        sentences in collection::vec(sentence(), 0..=RULES),
        facts in facts(),
        packets in 1..20_u64,
        drops in any::<bool>(),
        current in 0..4_u64,
    ) {
        let mut env = Env::new(&sentences, drops, current);
        let asked = sentences.iter().any(|one| one.holds.is_some() && Sentence { holds: None, ..*one }.matches(facts));
        let mut reads = 0;
        decide(&mut env, facts, packets, || {
            reads += 1;
            Some(SOURCE)
        });
        prop_assert_eq!(env.counters.policy, model(&sentences, facts, packets, drops));
        prop_assert_eq!(reads, u32::from(asked), "the source is read if a rule needs it");
    }
}

#[test]
fn a_packet_without_a_source_matches_no_rule_with_prefixes() {
    let all =
        Sentence { classes: 0xff, states: 0xff, directions: 3, holds: Some(true), drops: true, within: None };
    let sentences = [all];
    let mut env = Env::new(&sentences, false, 0);
    let facts = Facts::new(&Outcome::of(Class::from_index(0)), Direction::Ingress);
    decide(&mut env, facts, 1, || None);
    assert_eq!(env.counters.policy, model(&[], facts, 1, false));
}

/// Every rule is within reach, also if all of them have a rate that no packet is within.
#[test]
fn the_last_of_all_rules_decides_where_those_before_it_are_exhausted() {
    let spent =
        Sentence { classes: 0xff, states: 0xff, directions: 3, holds: None, drops: true, within: Some(0) };
    let facts = Facts::new(&Outcome::of(Class::from_index(5)), Direction::Egress);
    for last in [Some(7), Some(2), None] {
        let mut sentences = [spent; RULES];
        sentences[RULES - 1].within = last;
        let mut env = Env::new(&sentences, false, 1);
        decide(&mut env, facts, 7, || None);
        assert_eq!(env.counters.policy, model(&sentences, facts, 7, false), "{last:?} of 7 packets");
    }
}
