// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the clients that a rule would have dropped, as far as the evidence names them.

use std::collections::BTreeMap;

use classifier_common::{abi::Direction, dry_run::Verdict};
use serde::Serialize;

use super::{Policy, Prefix, Rule};
use crate::evidence::{Evidence, Opened, SourceEvidence};

/// Most named clients of a rule.
const NAMED: usize = 10;

/// A host with connections that a rule matches. An earlier rule may have decided some of their packets, and
/// only connections with a known outcome are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// Address of the host.
    pub host: Prefix,
    /// Upper bound of its connections.
    pub connections: u64,
    /// Overcount of the bound.
    pub overcount: u64,
}

/// Lists the clients of a rule that drops ingress; none of any other rule.
pub(super) fn of_rule(rule: &Rule, evidence: &Evidence) -> Vec<Client> {
    if rule.action != Verdict::Drop || rule.direction == Some(Direction::Egress) {
        return Vec::new();
    }
    let is_asked = |source: &SourceEvidence| {
        (rule.protocols.is_empty() || rule.protocols.contains(&source.protocol))
            && (rule.from.is_empty() || rule.from.iter().any(|from| from.holds(source.prefix)))
    };
    most_frequent(evidence, is_asked)
}

/// Lists the clients of the default, if it drops: every host that has connected to this one.
pub(super) fn of_default(policy: &Policy, evidence: &Evidence) -> Vec<Client> {
    if policy.default == Verdict::Drop { most_frequent(evidence, |_| true) } else { Vec::new() }
}

/// Returns the clients with most connections, of any outcome.
fn most_frequent(evidence: &Evidence, is_asked: impl Fn(&SourceEvidence) -> bool) -> Vec<Client> {
    let mut hosts: BTreeMap<Prefix, (u64, u64)> = BTreeMap::new();
    let inbound = evidence.sources.iter().filter(|source| source.direction == Opened::Inbound);
    for source in inbound.filter(|source| source.prefix.is_host() && is_asked(source)) {
        let (connections, overcount) = hosts.entry(source.prefix).or_default();
        *connections += source.count;
        *overcount += source.overcount;
    }
    let clients = hosts.into_iter();
    let mut clients: Vec<_> =
        clients.map(|(host, (connections, overcount))| Client { host, connections, overcount }).collect();
    clients.sort_by_key(|client| std::cmp::Reverse(client.connections));
    clients.truncate(NAMED);
    clients
}

#[cfg(test)]
mod tests {
    use classifier_common::evidence::ConnectionOutcome;

    use super::*;
    use crate::evidence::Moment;

    fn source(protocol: &str, direction: Opened, prefix: &str, count: u64) -> SourceEvidence {
        let at = Moment::default();
        SourceEvidence {
            direction,
            protocol: protocol.into(),
            outcome: ConnectionOutcome::Established,
            prefix: prefix.parse().unwrap(),
            count,
            overcount: 1,
            first_seen: at,
            last_seen: at,
        }
    }

    fn rule(action: Verdict, protocols: &[&str], from: &[&str]) -> Rule {
        Rule {
            name: "r".into(),
            action,
            protocols: protocols.iter().map(|one| (*one).to_owned()).collect(),
            role: None,
            direction: None,
            from: from.iter().map(|one| one.parse().unwrap()).collect(),
            state: None,
            rate: None,
        }
    }

    fn hosts(clients: &[Client]) -> Vec<String> {
        clients.iter().map(|client| client.host.to_string()).collect()
    }

    #[test]
    fn clients_are_those_whose_connections_a_dropping_rule_asks_about() {
        let evidence = Evidence {
            sources: vec![
                source("smtp", Opened::Inbound, "192.0.2.1/32", 5),
                source("imap", Opened::Inbound, "192.0.2.1/32", 7),
                source("smtp", Opened::Inbound, "198.51.100.9/32", 9),
                source("smtp", Opened::Inbound, "192.0.2.0/24", 50),
                source("smtp", Opened::Outbound, "192.0.2.3/32", 50),
            ],
            ..Evidence::default()
        };
        let of = |rule: &Rule| of_rule(rule, &evidence);
        assert_eq!(hosts(&of(&rule(Verdict::Drop, &["smtp"], &[]))), ["198.51.100.9/32", "192.0.2.1/32"]);
        assert_eq!(hosts(&of(&rule(Verdict::Drop, &["smtp"], &["192.0.2.0/24"]))), ["192.0.2.1/32"]);
        assert_eq!(of(&rule(Verdict::Accept, &["smtp"], &[])), []);
        let outgoing = Rule { direction: Some(Direction::Egress), ..rule(Verdict::Drop, &[], &[]) };
        assert_eq!(of(&outgoing), []);
        let all = of_default(&Policy { default: Verdict::Drop, rules: Vec::new() }, &evidence);
        assert_eq!(hosts(&all), ["192.0.2.1/32", "198.51.100.9/32"]);
        assert_eq!((all[0].connections, all[0].overcount), (12, 2), "of both protocols");
    }
}
