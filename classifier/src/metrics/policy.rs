// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the dry run of a policy, rule by rule.

use classifier_common::dry_run::{DEFAULT_ROW, Verdict};

use super::{
    catalog::{self, label},
    exposition::Exposition,
    labels::Labels,
    side::Side,
};
use crate::policy::{Policy, RuleRows};

/// Labels of an evaluated policy, rendered once.
#[derive(Debug)]
pub struct PolicySeries(Vec<Series>);

#[derive(Debug)]
struct Series {
    row: usize,
    verdict: Verdict,
    labels: Labels,
    /// True if the series exists from the start. The series of a removed rule, or of a rule's earlier action,
    /// exists only with packets.
    from_start: bool,
}

impl PolicySeries {
    /// Renders the labels of a policy, with the rows of its present and removed rules.
    #[must_use]
    pub fn new(policy: &Policy, rows: &RuleRows) -> Self {
        let action = |name: &str| policy.rules.iter().find(|rule| rule.name == name).map(|rule| rule.action);
        let named = rows.names().enumerate().map(|(row, name)| (row, name, action(name)));
        let default = (DEFAULT_ROW, "default", Some(policy.default));
        let mut all = Vec::new();
        for (row, name, action) in named.chain([default]) {
            for verdict in Verdict::ALL {
                let labels = Labels::of(&[(label::RULE, name), (label::VERDICT, verdict.label())]);
                all.push(Series { row, verdict, labels, from_start: action == Some(verdict) });
            }
        }
        Self(all)
    }

    /// Writes the family.
    pub(super) fn write(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::POLICY_PACKETS);
        for side in sides {
            let mut samples = samples.under(&side.labels);
            for Series { row, verdict, labels, from_start } in &self.0 {
                let count = side.counters.policy[*row][*verdict as usize];
                if *from_start || count != 0 {
                    samples.add(labels, count);
                }
            }
        }
    }
}
