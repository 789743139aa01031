//! What a policy would have done, rule by rule.

use classifier_common::shadow::{DEFAULT_ROW, Verdict};

use super::{
    catalog::{self, label},
    datapath::Side,
    exposition::Exposition,
    labels::Labels,
};
use crate::shadow::{Policy as Rules, RuleRows};

/// The labels of a policy that is tried, rendered once.
#[derive(Debug)]
pub struct Policy(Vec<Series>);

#[derive(Debug)]
struct Series {
    row: usize,
    verdict: Verdict,
    labels: Labels,
    /// What a rule does is there from the start, what it did before its action was changed only with its packets; so are
    /// rules that are gone.
    from_start: bool,
}

impl Policy {
    /// Of a policy, and the rows of the rules that it has and had.
    #[must_use]
    pub fn new(policy: &Rules, rows: &RuleRows) -> Self {
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
