// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Computes rates between two samples.

use std::{collections::BTreeMap, hash::Hash, time::Duration};

use serde::Serialize;

use super::{
    sample::{Decision, Flow, Message, Sample, Tally},
    word::Word,
};

/// Packets and bits a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Rate {
    /// Packets a second.
    pub packets: f64,
    /// Bits a second.
    pub bits: f64,
}

/// Rates between two samples. There is none for an interface that the first sample did not have, or for
/// counters that were reset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// Measured time between the two.
    pub elapsed: Duration,
    /// Rates by flow.
    pub traffic: BTreeMap<Flow, Rate>,
    /// Messages a second, by kind.
    pub icmp: BTreeMap<Message, f64>,
    /// Packets a second, by decision of the dry run.
    pub policy: BTreeMap<Decision, f64>,
}

impl Rates {
    /// Computes the rates from one sample to a later one.
    #[must_use]
    pub fn between(before: &Sample, after: &Sample, elapsed: Duration) -> Self {
        let traffic = |flow: &Flow, now: &Tally| {
            let then = known(before, &flow.interface, &before.traffic, flow)?;
            let packets = a_second(then.packets, now.packets, elapsed)?;
            let bits = 8.0 * a_second(then.bytes, now.bytes, elapsed)?;
            Some((flow.clone(), Rate { packets, bits }))
        };
        let icmp = |message: &Message, now: &u64| {
            let then = known(before, &message.interface, &before.icmp, message)?;
            Some((message.clone(), a_second(then, *now, elapsed)?))
        };
        let policy = |decision: &Decision, now: &u64| {
            let then = known(before, &decision.interface, &before.policy, decision)?;
            Some((decision.clone(), a_second(then, *now, elapsed)?))
        };
        Self {
            elapsed,
            traffic: after.traffic.iter().filter_map(|(flow, tally)| traffic(flow, tally)).collect(),
            icmp: after.icmp.iter().filter_map(|(message, count)| icmp(message, count)).collect(),
            policy: after.policy.iter().filter_map(|(one, count)| policy(one, count)).collect(),
        }
    }
}

/// Returns the count of a sample: 0 if the sample has the interface and no count.
fn known<K: Ord + Hash, V: Copy + Default>(
    sample: &Sample,
    interface: &Word,
    counts: &BTreeMap<K, V>,
    key: &K,
) -> Option<V> {
    let absent = || sample.interfaces.contains_key(interface).then(V::default);
    counts.get(key).copied().or_else(absent)
}

/// Computes a rate; `None` if the count was reset, or no time has passed.
fn a_second(then: u64, now: u64, elapsed: Duration) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a rate has no 53 digits")]
    let counted = now.checked_sub(then)? as f64;
    (!elapsed.is_zero()).then(|| counted / elapsed.as_secs_f64())
}
