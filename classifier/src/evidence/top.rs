// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Selects the largest peers and other services.

use std::collections::BTreeMap;

use super::{ServiceEvidence, SourceEvidence};

/// Returns the first `most` hosts, and the first `most` networks, of every direction, protocol and outcome.
/// The order is kept: [`super::Evidence`] lists the largest first.
#[must_use]
pub fn top(sources: &[SourceEvidence], most: usize) -> Vec<&SourceEvidence> {
    let mut taken = [0; 2];
    let mut before: Option<&SourceEvidence> = None;
    let mut top = Vec::new();
    for source in sources {
        let group = |of: &SourceEvidence| (of.direction, of.protocol.clone(), of.outcome);
        if before.is_none_or(|before| group(before) != group(source)) {
            taken = [0; 2];
        }
        before = Some(source);
        let count = &mut taken[usize::from(source.prefix.is_host())];
        if *count < most {
            *count += 1;
            top.push(source);
        }
    }
    top
}

/// Returns the first `most` other services of every direction, transport and outcome. The order is kept.
#[must_use]
pub fn top_services(services: &[ServiceEvidence], most: usize) -> Vec<&ServiceEvidence> {
    let mut taken = BTreeMap::new();
    let mut top = Vec::new();
    for service in services {
        let group = (service.direction, service.transport.as_str(), service.outcome);
        let count = taken.entry(group).or_insert(0);
        *count += 1;
        if *count <= most {
            top.push(service);
        }
    }
    top
}

#[cfg(test)]
mod tests {
    use classifier_common::evidence::ConnectionOutcome;

    use super::*;
    use crate::evidence::{Moment, Opened};

    #[test]
    fn each_group_has_its_first_hosts_and_networks() {
        let source = |protocol: &str, prefix: &str, count| SourceEvidence {
            direction: Opened::Inbound,
            protocol: protocol.into(),
            outcome: ConnectionOutcome::Refused,
            prefix: prefix.parse().unwrap(),
            count,
            overcount: 0,
            first_seen: Moment::default(),
            last_seen: Moment::default(),
        };
        let sources = [
            source("imap", "192.0.2.0/24", 9),
            source("imap", "192.0.2.1/32", 5),
            source("imap", "192.0.2.2/32", 4),
            source("imap", "198.51.100.0/24", 3),
            source("smtp", "2001:db8::/64", 2),
            source("smtp", "2001:db8::1/128", 2),
        ];
        let counts = |most| top(&sources, most).iter().map(|one| one.count).collect::<Vec<_>>();
        assert_eq!(counts(0), [0; 0]);
        assert_eq!(counts(1), [9, 5, 2, 2]);
        assert_eq!(counts(2), [9, 5, 4, 3, 2, 2]);
    }
}
