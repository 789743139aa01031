//! The policy file: its keys, and where in it something is wrong.

mod rate;
mod rule;

use classifier_common::shadow::{PREFIXES, RULES, Verdict};
use serde::Deserialize;

use self::rule::RuleTable;
use super::Policy;
use crate::config::{
    ProtocolNames,
    file::{
        document,
        list::{List, Listed},
        refusal::Refusal,
    },
};

/// What a rule does, as the file says it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Accept,
    Drop,
}

impl From<Action> for Verdict {
    fn from(action: Action) -> Self {
        match action {
            Action::Accept => Self::Accept,
            Action::Drop => Self::Drop,
        }
    }
}

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    default: Option<Action>,
    rule: Option<List<RuleTable>>,
}

impl Listed for RuleTable {
    const LIST: &'static str = "tables, each under a [[rule]] of its own";
}

/// What a text says, where every word of it can be meant.
pub(super) fn parse(text: &str, names: &ProtocolNames) -> Result<Policy, Refusal> {
    let document: Document = document(text)?;
    let Some(default) = document.default else {
        let message = "the key `default` is missing; write default = \"accept\" or \"drop\" above the rules";
        return Err(Refusal { at: text.len(), message: message.into() });
    };
    let mut policy = Policy { default: default.into(), rules: Vec::new() };
    let mut prefixes = 0;
    for table in document.rule.iter().flat_map(|tables| &tables.0) {
        if policy.rules.len() == RULES {
            let message =
                format!("one rule too many: a policy has at most {RULES}; put some of them into one");
            return Err(Refusal::new(table, message));
        }
        let rule = table.get_ref().rule(&policy.rules, names)?;
        prefixes += rule.from.len();
        if prefixes > PREFIXES {
            let message = format!(
                "{prefixes} prefixes up to this rule: a policy has at most {PREFIXES}; write shorter ones"
            );
            return Err(Refusal::new(table, message));
        }
        policy.rules.push(rule);
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    if let Err(refusal) = parse(text, &names) {
                        let complaint = refusal.complaint(text);
                        assert!(!complaint.contains('\n') && refusal.at <= text.len(), "{complaint}");
                    }
                }
            }
        }
    }
}
