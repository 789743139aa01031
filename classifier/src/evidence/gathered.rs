// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gathers the evidence from the sums of the kernel's maps.

use std::collections::HashMap;

use classifier_common::{
    abi::Direction,
    evidence::{ConnectionOutcome, HostSources, Observation, SEEN_ROWS, SeenTable, Source, Summary},
    protocol::{PROTOCOLS, Protocol},
};
use serde::{Deserialize, Serialize};

use super::{
    Clock, Opened, Prefix, RedirectEvidence, SeenEvidence, ServiceEvidence, SourceEvidence, Unlisted,
};
use crate::{protocol_names::ProtocolNames, snapshot::SourceSums};

/// Observed connections and their peers, in the order of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Connections by direction, protocol and outcome, in that order.
    pub seen: Vec<SeenEvidence>,
    /// Peers by direction, protocol and outcome, and then the largest count first.
    pub sources: Vec<SourceEvidence>,
    /// Senders of ICMP redirects, by direction and protocol, and then the largest count first.
    pub redirects: Vec<RedirectEvidence>,
    /// Upper bounds on connections of unlisted peers, by outcome.
    pub unlisted: Vec<Unlisted>,
    /// Connections to other services, of which no protocol has the port: by direction, and then the largest count
    /// first.
    pub services: Vec<ServiceEvidence>,
    /// Upper bounds on connections to unlisted ports of other services, by outcome.
    pub unlisted_services: Vec<Unlisted>,
}

impl Evidence {
    /// Converts sums to evidence, with the names of protocols and times of the calendar.
    #[must_use]
    pub fn of(sums: &SourceSums, names: &ProtocolNames, clock: Clock) -> Self {
        let SourceSums { summary, seen, services } = sums;
        let mut evidence = Self::default();
        for source in summary.sources() {
            match source.key.observation() {
                Some(Observation::Connection(outcome)) => {
                    evidence.sources.push(connections(source, outcome, names, clock));
                }
                Some(Observation::Redirect) => evidence.redirects.push(redirects(source, names, clock)),
                None => {}
            }
        }
        evidence.sources.sort_by(|one, other| {
            let group = |of: &SourceEvidence| (of.direction, of.protocol.clone(), of.outcome);
            group(one).cmp(&group(other)).then(other.count.cmp(&one.count)).then(one.cmp(other))
        });
        evidence.redirects.sort_by(|one, other| {
            let group = |of: &RedirectEvidence| (of.direction, of.protocol.clone());
            group(one).cmp(&group(other)).then(other.count.cmp(&one.count)).then(one.cmp(other))
        });
        for (observation, table) in Observation::ALL.into_iter().zip(seen) {
            if let Observation::Connection(outcome) = observation {
                evidence.seen.extend(rows(table, outcome, names, clock));
            }
        }
        evidence.seen.sort();
        evidence.unlisted = unlisted(summary);
        evidence.services = self::services(services, clock);
        evidence.unlisted_services = unlisted(services);
        evidence
    }

    /// Converts observations in userspace memory, such as a capture's, whose clock is the calendar.
    #[must_use]
    pub fn of_host(sources: &HostSources, names: &ProtocolNames, clock: Clock) -> Self {
        Self::of(&SourceSums::from(sources), names, clock)
    }
}

/// Lists the connections to other services, by direction, and then the largest count first.
#[must_use]
pub fn services(summary: &Summary, clock: Clock) -> Vec<ServiceEvidence> {
    let entries = settled(summary).into_iter();
    let mut services: Vec<_> = entries.filter_map(|entry| ServiceEvidence::of(&entry, clock)).collect();
    services.sort_by(|one, other| {
        one.direction.cmp(&other.direction).then(other.count.cmp(&one.count)).then(one.cmp(other))
    });
    services
}

/// Returns the entries of other services by outcome. The kernel notes the request of a UDP flow as unanswered, and later its
/// answer: answered flows are subtracted here.
fn settled(summary: &Summary) -> Vec<Source> {
    let is_udp = |one: &Source, outcome| {
        one.key.protocol() == Protocol::UDP_OTHER
            && one.key.observation() == Some(Observation::Connection(outcome))
    };
    let flow = |one: &Source| (one.key.direction() as u32, one.key.port());
    let answered = summary.sources().iter().filter(|one| is_udp(one, ConnectionOutcome::Established));
    let answered: HashMap<_, _> = answered.map(|one| (flow(one), (one.count, one.error))).collect();
    let [unlisted, ..] = summary.unlisted();
    let entries = summary.sources().iter().map(|one| {
        if !is_udp(one, ConnectionOutcome::Unanswered) {
            return *one;
        }
        let (answers, error) = answered.get(&flow(one)).copied().unwrap_or((unlisted, unlisted));
        let count = one.count.saturating_sub(answers - error);
        Source { count, error: count.min(one.error + error), ..*one }
    });
    entries.filter(|one| one.count > 0).collect()
}

/// Lists the upper bounds of a summary by outcome.
fn unlisted(summary: &Summary) -> Vec<Unlisted> {
    let bounds = Observation::ALL.into_iter().zip(summary.unlisted());
    let bounds = bounds.filter_map(|(observation, at_most)| match observation {
        Observation::Connection(outcome) => Some(Unlisted { outcome, at_most }),
        Observation::Redirect => None,
    });
    bounds.collect()
}

fn connections(
    source: &Source,
    outcome: ConnectionOutcome,
    names: &ProtocolNames,
    clock: Clock,
) -> SourceEvidence {
    SourceEvidence {
        direction: source.key.direction().into(),
        protocol: label(source.key.protocol(), names),
        outcome,
        prefix: Prefix::from(&source.key),
        count: source.count,
        overcount: source.error,
        first_seen: clock.moment(source.first),
        last_seen: clock.moment(source.last),
    }
}

fn redirects(source: &Source, names: &ProtocolNames, clock: Clock) -> RedirectEvidence {
    RedirectEvidence {
        direction: source.key.direction().into(),
        protocol: label(source.key.protocol(), names),
        prefix: Prefix::from(&source.key),
        count: source.count,
        overcount: source.error,
        first_seen: clock.moment(source.first),
        last_seen: clock.moment(source.last),
    }
}

fn rows(
    table: &SeenTable,
    outcome: ConnectionOutcome,
    names: &ProtocolNames,
    clock: Clock,
) -> impl Iterator<Item = SeenEvidence> {
    const { assert!(SEEN_ROWS == Direction::ALL.len() * PROTOCOLS) };
    let places = Direction::ALL
        .into_iter()
        .flat_map(|direction| (0..PROTOCOLS).map(move |index| (direction, Protocol::from_index(index))));
    let seen = places.zip(table).filter(|(_, seen)| seen.number > 0);
    seen.map(move |((direction, protocol), seen)| SeenEvidence {
        direction: Opened::from(direction),
        protocol: label(protocol, names),
        outcome,
        connections: seen.number,
        first_seen: clock.moment(seen.first),
        last_seen: clock.moment(seen.last),
        lowest_port: seen.lowest,
        highest_port: seen.highest,
    })
}

/// Returns the label of a protocol. A configured name that is unknown here, such as that of an agent without
/// pins, is replaced by its row.
fn label(protocol: Protocol, names: &ProtocolNames) -> String {
    match names.label(protocol) {
        "" => format!("row_{}", protocol.index()),
        label => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use classifier_common::{
        address::Address,
        evidence::{Finding, Observed},
    };

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn evidence() -> Evidence {
        let mut sources = HostSources::default();
        let finding = |last, protocol, port, now| Finding {
            peer: Address::v4([192, 0, 2, last]),
            now: now * SECOND,
            direction: Direction::Ingress,
            protocol,
            outcome: ConnectionOutcome::Established,
            port,
        };
        for (last, protocol, port, now) in [
            (1, Protocol::SMTP, 25, 1),
            (2, Protocol::SMTP, 25, 2),
            (2, Protocol::SMTP, 2525, 3),
            (9, Protocol::from_index(40), 587, 4),
        ] {
            sources.note(&Observed::from(&finding(last, protocol, port, now)));
        }
        let router = Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        sources.note(&Observed::redirect(router, 5 * SECOND, Direction::Ingress));
        Evidence::of_host(&sources, &ProtocolNames::default(), Clock::new(0, Duration::ZERO))
    }

    #[test]
    fn findings_are_listed_by_what_they_are_of_and_the_largest_comes_first() {
        let evidence = evidence();
        let listed: Vec<_> = evidence
            .sources
            .iter()
            .map(|one| format!("{} {} {} {}", one.protocol, one.prefix, one.count, one.overcount))
            .collect();
        let expected = [
            "row_40 192.0.2.0/24 1 0",
            "row_40 192.0.2.9/32 1 0",
            "smtp 192.0.2.0/24 3 0",
            "smtp 192.0.2.2/32 2 0",
            "smtp 192.0.2.1/32 1 0",
        ];
        assert_eq!(listed, expected);
        let redirects: Vec<_> =
            evidence.redirects.iter().map(|one| (one.prefix.to_string(), one.protocol.as_str())).collect();
        let expected = [("2001:db8::/64", "icmpv6"), ("2001:db8::1/128", "icmpv6")];
        assert_eq!(redirects, expected.map(|(prefix, protocol)| (prefix.to_owned(), protocol)));
        assert!(evidence.unlisted.iter().all(|one| one.at_most == 0), "{:?}", evidence.unlisted);
    }

    #[test]
    fn answered_flows_are_no_unanswered_ones() {
        let mut sources = HostSources::default();
        let mut note = |port, outcome, flows| {
            for now in 0..flows {
                let (direction, protocol) = (Direction::Ingress, Protocol::UDP_OTHER);
                let peer = Address::v4([192, 0, 2, 1]);
                sources.note(&Observed::from(&Finding { peer, now, direction, protocol, outcome, port }));
            }
        };
        for (port, requests, answers) in [(53, 10, 7), (123, 4, 4), (514, 5, 0)] {
            note(port, ConnectionOutcome::Unanswered, requests);
            note(port, ConnectionOutcome::Established, answers);
        }
        let listed = services(&sources.services(), Clock::default());
        let listed = listed.iter().map(|one| (one.port, one.outcome.label(), one.count, one.overcount));
        let expected = [
            (53, "established", 7, 0),
            (514, "unanswered", 5, 0),
            (123, "established", 4, 0),
            (53, "unanswered", 3, 0),
        ];
        assert_eq!(listed.collect::<Vec<_>>(), expected);
        assert!(services(&sources.services(), Clock::default()).iter().all(|one| one.transport == "udp"));
    }

    #[test]
    fn what_was_seen_has_its_times_and_ports() {
        let [configured, smtp] = evidence().seen.try_into().unwrap();
        assert_eq!((configured.protocol.as_str(), configured.connections), ("row_40", 1));
        assert_eq!((smtp.connections, smtp.lowest_port, smtp.highest_port), (3, 25, 2525));
        assert_eq!(smtp.first_seen.to_string(), "1970-01-01T00:00:01.000Z");
        assert_eq!(smtp.last_seen.to_string(), "1970-01-01T00:00:03.000Z");
    }

    #[test]
    fn what_is_written_as_json_is_read_again() {
        let evidence = evidence();
        let text = serde_json::to_string(&evidence).unwrap();
        assert!(text.contains(r#""outcome":"established","prefix":"192.0.2.2/32","count":2"#), "{text}");
        assert_eq!(serde_json::from_str::<Evidence>(&text).unwrap(), evidence);
    }
}
