// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Assigns counter rows to rules, for the lifetime of the counters.

use classifier_common::dry_run::RULES;
use thiserror::Error;

use super::Policy;

/// Most characters of a rule's name: each appears in every scrape.
pub(super) const NAME_MAX: usize = 64;

/// Names by row, padded with zeros; empty for a row that was never used.
pub type RuleNames = [[u8; NAME_MAX]; RULES];

/// The names that have had a row since the counters began, always the same row. A rule that is no longer in
/// the policy keeps its row: the counts of one rule never become another's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleRows(Vec<String>);

/// Error of a rule for which no row is left.
#[derive(Debug, Error)]
#[error(
    "rule `{0}` has no row in the counters: all {RULES} rows have been used; reuse the name of a removed rule, or \
     restart the agent, after `classifier detach` if its counters are pinned"
)]
pub struct NoRuleRow(String);

/// Error of bytes that are no rows.
#[derive(Debug, Error)]
#[error(
    "cannot read the rule names of pinned counters: row {0}; `classifier detach` removes names and counters"
)]
pub struct BadRuleRows(usize);

/// Tells whether a rule can have this name; `default` is reserved.
pub(super) fn admits(name: &str) -> bool {
    let admitted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let letter_first = name.starts_with(|first: char| first.is_ascii_lowercase());
    letter_first && name.len() <= NAME_MAX && name.chars().all(admitted) && name != DEFAULT
}

/// Label value of the default.
pub(super) const DEFAULT: &str = "default";

impl RuleRows {
    /// Adds the rules of a policy to these rows.
    ///
    /// # Errors
    ///
    /// When no unused row is left for a new name.
    pub fn adopt(&self, policy: Option<&Policy>) -> Result<Self, NoRuleRow> {
        let mut names = self.0.clone();
        for rule in policy.iter().flat_map(|policy| &policy.rules) {
            if names.contains(&rule.name) {
                continue;
            }
            if names.len() == RULES {
                return Err(NoRuleRow(rule.name.clone()));
            }
            names.push(rule.name.clone());
        }
        Ok(Self(names))
    }

    /// Returns the row of a rule; `None` if it has none.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }

    /// Iterates over the names with a row, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns the rows to be pinned.
    #[must_use]
    pub fn to_names(&self) -> RuleNames {
        let mut rows = [[0; NAME_MAX]; RULES];
        for (row, name) in rows.iter_mut().zip(&self.0) {
            row.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        }
        rows
    }

    /// Parses pinned rows.
    ///
    /// # Errors
    ///
    /// When a row is no name, is repeated, or follows an empty one.
    pub fn of_names(rows: &RuleNames) -> Result<Self, BadRuleRows> {
        let mut names: Vec<String> = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let length = row.iter().position(|byte| *byte == 0).unwrap_or(NAME_MAX);
            let (name, rest) = row.split_at(length);
            if rest.iter().any(|byte| *byte != 0) {
                return Err(BadRuleRows(number));
            }
            if name.is_empty() {
                continue;
            }
            let name = std::str::from_utf8(name).ok().filter(|name| admits(name) && names.len() == number);
            let name = name.filter(|name| !names.iter().any(|known| known == name));
            names.push(name.ok_or(BadRuleRows(number))?.to_owned());
        }
        Ok(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use classifier_common::dry_run::Verdict;

    use super::*;
    use crate::policy::Rule;

    fn policy(names: &[&str]) -> Policy {
        let rule = |name: &&str| Rule {
            name: (*name).to_owned(),
            action: Verdict::Drop,
            protocols: vec![],
            role: None,
            direction: None,
            from: vec![],
            state: None,
            rate: None,
        };
        Policy { default: Verdict::Drop, rules: names.iter().map(rule).collect() }
    }

    #[test]
    fn a_rule_keeps_its_row_whatever_else_comes_and_goes() {
        let first = RuleRows::default().adopt(Some(&policy(&["a", "b"]))).unwrap();
        let second = first.adopt(Some(&policy(&["c", "b"]))).unwrap().adopt(None).unwrap();
        assert_eq!(["a", "b", "c", "d"].map(|name| second.of(name)), [Some(0), Some(1), Some(2), None]);
    }

    #[test]
    fn a_row_is_not_used_twice() {
        let many: Vec<_> = (0..RULES).map(|number| format!("n{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let full = RuleRows::default().adopt(Some(&policy(&many))).unwrap();
        assert_eq!(full.adopt(Some(&policy(&["n63", "n0"]))).unwrap(), full);
        let text = full.adopt(Some(&policy(&["n63", "late"]))).unwrap_err().to_string();
        assert!(text.starts_with("rule `late` has no row") && text.contains("classifier detach"), "{text}");
    }

    #[test]
    fn what_is_kept_is_read_back_and_nothing_else() {
        let long = "a".repeat(NAME_MAX);
        let some = RuleRows::default().adopt(Some(&policy(&["mail-in", &long]))).unwrap();
        for rows in [RuleRows::default(), some.clone()] {
            assert_eq!(RuleRows::of_names(&rows.to_names()).unwrap(), rows);
        }
        for (number, bytes) in [(0, &b"A"[..]), (1, b"mail-in"), (1, b"a\0b"), (3, b"late"), (0, &[0xff])] {
            let mut rows = some.to_names();
            rows[number] = [0; NAME_MAX];
            rows[number][..bytes.len()].copy_from_slice(bytes);
            let error = RuleRows::of_names(&rows).unwrap_err().to_string();
            assert!(error.contains(&format!("row {number}")), "{number} {bytes:?}: {error}");
        }
    }
}
