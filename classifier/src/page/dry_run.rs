// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Dry run of the policy: the sums, and the rules that would drop most packets.

use std::cmp::Reverse;

use classifier_common::dry_run::{DEFAULT_ROW, Verdict};
use maud::{Markup, html};

use super::{quantity::percent, totals::Totals};
use crate::{policy::RuleRows, thousands::grouped};

/// Most rules that are shown.
const SHOWN: usize = 5;

/// Packets by [`Verdict`].
type Verdicts = [u64; Verdict::ALL.len()];

/// Writes the sums and the rules; nothing without a decision of a policy.
pub(super) fn dry_run(totals: &Totals, rules: &RuleRows) -> Markup {
    let of = |row: usize| {
        let counts = totals.sides().map(|(_, counters)| counters.policy[row]);
        counts.fold(Verdicts::default(), |[accepted, dropped], [more, other]| {
            [accepted + more, dropped + other]
        })
    };
    let named = rules.names().enumerate().chain([(DEFAULT_ROW, "default")]);
    let all: Vec<_> = named.map(|(row, name)| (name, of(row))).collect();
    let sum = |verdict: Verdict| all.iter().map(|(_, counts)| counts[verdict as usize]).sum();
    let [accepted, dropped]: Verdicts = Verdict::ALL.map(sum);
    let mut dropping: Vec<_> = all.iter().filter(|(_, [_, dropped])| *dropped > 0).collect();
    dropping.sort_by_key(|(_, [_, dropped])| Reverse(*dropped));
    html! {
        @if accepted + dropped > 0 {
            p {
                "Dry run of the policy: " strong { (grouped(dropped)) " packets would be dropped" }
                " (" (percent(dropped, accepted + dropped)) "), " (grouped(accepted)) " would pass."
            }
        }
        @if !dropping.is_empty() {
            table {
                caption { "Rules of the policy that would drop most packets" }
                thead { tr { th scope="col" { "Rule" } th.number scope="col" { "Would be dropped" } th.number scope="col" { "Would pass" } } }
                tbody {
                    @for (name, [accepted, dropped]) in dropping.iter().take(SHOWN) {
                        tr {
                            th scope="row" { (name) }
                            td.number { (grouped(*dropped)) }
                            td.number { (grouped(*accepted)) }
                        }
                    }
                }
            }
            p.note { code { "classifier_policy_packets_total" } " has every rule, by interface and direction." }
        }
    }
}
