// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The compared parts of a report, read from JSON of an older or this build.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Compared {
    pub(super) written: String,
    traffic: Traffic,
    advice: Advice,
}

#[derive(Debug, Deserialize)]
struct Traffic {
    services: Vec<Service>,
}

#[derive(Debug, Deserialize)]
struct Service {
    direction: String,
    protocol: String,
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    outcome: String,
    peers: Peers,
}

#[derive(Debug, Deserialize)]
struct Peers {
    hosts: Vec<Peer>,
}

#[derive(Debug, Deserialize)]
struct Peer {
    prefix: String,
}

#[derive(Debug, Deserialize)]
struct Advice {
    warnings: Vec<Warning>,
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Warning {
    kind: String,
    about: String,
    text: String,
}

#[derive(Debug, Deserialize)]
struct Rule {
    counter: String,
    admits: String,
}

impl Compared {
    /// Maps the name of each counter to the connections that its rule admits.
    pub(super) fn rules(&self) -> BTreeMap<String, String> {
        let rules = self.advice.rules.iter();
        rules.map(|rule| (rule.counter.clone(), rule.admits.clone())).collect()
    }

    /// Maps each address, outcome and service to its connections.
    pub(super) fn hosts(&self) -> BTreeMap<String, String> {
        let mut hosts = BTreeMap::new();
        for Service { direction, protocol, findings } in &self.traffic.services {
            for Finding { outcome, peers } in findings {
                for Peer { prefix } in &peers.hosts {
                    hosts.insert(format!("{prefix} {direction} {protocol} {outcome}"), String::new());
                }
            }
        }
        hosts
    }

    /// Maps each kind and subject to its warning, without numbers, which are no change.
    pub(super) fn warnings(&self) -> BTreeMap<String, String> {
        let mut warnings = BTreeMap::new();
        for Warning { kind, about, text } in &self.advice.warnings {
            let gap = if about.is_empty() { "" } else { " " };
            warnings.insert(format!("{kind}{gap}{about}"), text.clone());
        }
        warnings
    }
}
