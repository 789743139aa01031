// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses the policy file.

mod rate;
mod rule;

use std::path::Path;

use classifier_common::dry_run::{PREFIXES, RULES};

use super::{Policy, Rule};
use crate::{
    located::{self, FileError, Located, Node, Purpose, Refusal, Table, toml},
    protocol_names::ProtocolNames,
};

/// Parses a text.
fn parse(text: &str, names: &ProtocolNames) -> Result<Policy, Refusal> {
    let mut file = Table::of(toml::parse(text)?, &["default", "rule"])?;
    let default = file.get("default", rule::action)?;
    let Some(default) = default else {
        let message = "the key `default` is missing; write default = \"accept\" or \"drop\" above the rules";
        return Err(file.place.refusal(message));
    };
    let mut policy = Policy { default, rules: Vec::new() };
    let mut prefixes = 0;
    file.get("rule", |tables| {
        tables.some("tables, each under a [[rule]] of its own", |table| {
            let rule = one_more(table, &policy.rules, &mut prefixes, names)?;
            policy.rules.push(rule);
            Ok(())
        })
    })?;
    Ok(policy)
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    ///
    /// When the file is unreadable or invalid, or names a protocol that is neither fixed nor among these.
    pub fn read(path: &Path, names: &ProtocolNames) -> Result<Self, FileError> {
        located::read(Purpose::Policy, path, |text| parse(text, names))
    }
}

/// Adds a rule after these, which have this many prefixes.
fn one_more(
    table: Located<Node>,
    rules: &[Rule],
    prefixes: &mut usize,
    names: &ProtocolNames,
) -> Result<Rule, Refusal> {
    let place = table.with(());
    if rules.len() == RULES {
        let message = format!("one rule too many: a policy has at most {RULES}; put some of them into one");
        return Err(place.refusal(message));
    }
    let rule = rule::rule(table, rules, names)?;
    *prefixes += rule.from.len();
    if *prefixes > PREFIXES {
        let message = format!(
            "{prefixes} prefixes up to this rule: a policy has at most {PREFIXES}; write shorter ones"
        );
        return Err(place.refusal(message));
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::understand;

    #[test]
    fn whatever_is_cut_or_damaged_is_refused_and_nothing_panics() {
        let whole = "default = 'drop'\n[[rule]]\nname = 'a'\naction = 'accept'\nprotocol = ['smtp']\n\
                     role = 'to_server'\nfrom = ['192.0.2.0/24', '::1']\nrate = '5/min'\nburst = 7\n";
        let names = ProtocolNames::default();
        assert_eq!(parse(whole, &names).unwrap().rules[0].from.len(), 2);
        for length in 0..whole.len() {
            for replacement in ["", "'", "[", "=", "\n", "0", "ü"] {
                let damaged = format!("{}{replacement}{}", &whole[..length], &whole[length + 1..]);
                for text in [&whole[..length], &damaged] {
                    let parse = |text: &str| parse(text, &names);
                    if let Err(error) = understand(Path::new("p.toml"), text.as_bytes(), parse) {
                        let error = error.to_string();
                        assert!(error.starts_with("p.toml:") && !error.contains('\n'), "{error}");
                    }
                }
            }
        }
    }
}
