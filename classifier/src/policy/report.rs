// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reports the effect of a policy: drops by rule, and rules that never matched.

use classifier_common::dry_run::{DEFAULT_ROW, Verdict};
use serde::Serialize;
use std::fmt;

use super::{Client, Policy, Rule, RuleRows, clients, rows::DEFAULT};
use crate::{evidence::Evidence, snapshot::InterfaceSnapshot};

/// The effect of a policy: its rules in order, then the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Effect of each rule, then of the default.
    pub rules: Vec<Found>,
    /// Rules that no packet has matched, in their order.
    pub never_matched: Vec<String>,
    /// Rules that have counted packets and are no longer in the policy.
    pub former: Vec<String>,
}

/// The effect of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Name of the rule, or `default`.
    pub rule: String,
    /// Packets that would have passed.
    pub would_accept: u64,
    /// Packets that would have been dropped.
    pub would_drop: u64,
    /// Protocols of the rule; empty for all.
    pub protocols: Vec<String>,
    /// Prefixes of the sources; empty for all, as far as the rule tells.
    pub from: Vec<String>,
    /// Clients with connections that would have been dropped, most connections first.
    pub clients: Vec<Client>,
    /// Effect by interface and direction, without those that had no packets.
    pub at: Vec<At>,
}

/// The effect of a rule at one interface, in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// Name of the interface.
    pub interface: String,
    /// `ingress` or `egress`.
    pub direction: &'static str,
    /// Accepted packets, as in [`Found`].
    pub would_accept: u64,
    /// Dropped packets, as in [`Found`].
    pub would_drop: u64,
}

impl Report {
    /// Reports the effect of a policy, from the rows of its rules, the counters of interfaces, and the peers
    /// of connections.
    #[must_use]
    pub fn new(
        policy: &Policy,
        rows: &RuleRows,
        interfaces: &[InterfaceSnapshot],
        evidence: &Evidence,
    ) -> Self {
        let named = policy.rules.iter().map(|rule| {
            let found = found(rule, rows.of(&rule.name), interfaces);
            found.with(|| clients::of_rule(rule, evidence))
        });
        let default = Found { rule: DEFAULT.to_owned(), ..counted(Some(DEFAULT_ROW), interfaces) };
        let default = default.with(|| clients::of_default(policy, evidence));
        let rules: Vec<_> = named.chain([default]).collect();
        let never = rules.iter().filter(|found| found.would_accept + found.would_drop == 0);
        let never_matched = never.map(|found| found.rule.clone()).filter(|rule| rule != DEFAULT).collect();
        let is_former = |name: &&str| {
            let counted = counted(rows.of(name), interfaces);
            !policy.rules.iter().any(|rule| rule.name == **name)
                && counted.would_accept + counted.would_drop > 0
        };
        let former = rows.names().filter(is_former).map(str::to_owned).collect();
        Self { rules, never_matched, former }
    }
}

impl Found {
    /// Adds clients, if packets would have been dropped.
    fn with(self, clients: impl FnOnce() -> Vec<Client>) -> Self {
        if self.would_drop > 0 { Self { clients: clients(), ..self } } else { self }
    }
}

impl fmt::Display for Report {
    /// Writes a table of the rules, then rules that never matched, and former rules.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rules.iter().map(|found| found.rule.len()).max().unwrap_or_default();
        writeln!(f, "{:width$}  {:>15}  {:>15}  at", "rule", "would accept", "would drop")?;
        for Found { rule, would_accept, would_drop, at, .. } in &self.rules {
            let at: Vec<_> = at.iter().map(|at| format!("{} {}", at.interface, at.direction)).collect();
            let line = format!("{rule:width$}  {would_accept:>15}  {would_drop:>15}  {}", at.join(", "));
            writeln!(f, "{}", line.trim_end())?;
        }
        for Found { rule, would_drop, protocols, from, .. } in &self.rules {
            if *would_drop > 0 && !(protocols.is_empty() && from.is_empty()) {
                let any = |all: &[String]| if all.is_empty() { "any".to_owned() } else { all.join(", ") };
                writeln!(f, "\n{rule} would have dropped: protocol {}; from {}", any(protocols), any(from))?;
            }
        }
        for Found { rule, clients, .. } in self.rules.iter().filter(|found| !found.clients.is_empty()) {
            let clients = clients.iter().map(|one| format!("{} ({})", one.host, one.connections));
            let clients = clients.collect::<Vec<_>>().join(", ");
            writeln!(f, "\n{rule}, clients by connections (upper bounds): {clients}")?;
        }
        for (what, rules) in
            [("never matched", &self.never_matched), ("counted, but removed from the policy", &self.former)]
        {
            if !rules.is_empty() {
                writeln!(f, "\n{what}: {}", rules.join(", "))?;
            }
        }
        Ok(())
    }
}

fn found(rule: &Rule, row: Option<usize>, interfaces: &[InterfaceSnapshot]) -> Found {
    Found {
        rule: rule.name.clone(),
        protocols: rule.protocols.clone(),
        from: rule.from.iter().map(ToString::to_string).collect(),
        ..counted(row, interfaces)
    }
}

fn counted(row: Option<usize>, interfaces: &[InterfaceSnapshot]) -> Found {
    let mut at = Vec::new();
    for interface in interfaces {
        for (direction, counters) in interface.sides() {
            let counts = row.and_then(|row| counters.policy.get(row));
            let [would_accept, would_drop] = counts.copied().unwrap_or_default();
            if would_accept + would_drop > 0 {
                at.push(At {
                    interface: interface.name.clone(),
                    direction: direction.label(),
                    would_accept,
                    would_drop,
                });
            }
        }
    }
    Found {
        rule: String::new(),
        would_accept: at.iter().map(|at| at.would_accept).sum(),
        would_drop: at.iter().map(|at| at.would_drop).sum(),
        protocols: Vec::new(),
        from: Vec::new(),
        clients: Vec::new(),
        at,
    }
}

const _: () = assert!(Verdict::Accept as usize == 0 && Verdict::Drop as usize == 1);
