//! Connections and sessions as samples: all series of a protocol from the first connection of its in a direction on, so that
//! an interface without any costs nothing.

use classifier_common::{
    abi::Direction,
    connection::{Encryption, Handshakes, SESSION_ROWS, row, rows},
    control::Tally,
    counter::Counters,
    evidence::ConnectionOutcome,
    protocol::Protocol,
};

use super::{
    catalog::{self, label},
    exposition::{Exposition, Value},
    labels::Labels,
};
use crate::{
    config::ProtocolNames,
    counters::{InterfaceSnapshot, Snapshot},
};

/// The labels that no scrape changes, rendered once.
#[derive(Debug)]
pub(super) struct Connections {
    /// Row of the counters, and the protocol's label.
    protocols: Vec<(usize, Labels)>,
    outcomes: [Labels; ConnectionOutcome::ALL.len()],
    /// Upper bounds in seconds, and the one that there is always.
    bounds: Vec<Labels>,
    sessions: [Labels; SESSION_ROWS.len()],
    encryptions: [Labels; Encryption::ALL.len()],
}

/// What one interface has counted in one direction.
struct Side<'s> {
    labels: Labels,
    counters: &'s Counters,
}

impl Connections {
    /// Renders the labels of the protocols that have a server.
    pub(super) fn new(names: &ProtocolNames) -> Self {
        let fixed = Protocol::FIXED.iter().map(|(protocol, name, _)| (*protocol, *name));
        let labelled: Vec<_> = fixed.chain(names.iter()).collect();
        let name = |protocol| labelled.iter().find(|(known, _)| *known == protocol).map(|(_, name)| *name);
        let of = |protocol| Labels::of(&[(label::PROTOCOL, name(protocol).unwrap_or_default())]);
        let served = rows().filter(|protocol| name(*protocol).is_some());
        let bounds = Handshakes::BOUNDS.map(|bound| seconds(bound).to_string());
        Self {
            protocols: served.filter_map(|protocol| Some((row(protocol)?, of(protocol)))).collect(),
            outcomes: ConnectionOutcome::ALL.map(|outcome| Labels::of(&[(label::OUTCOME, outcome.label())])),
            bounds: bounds.iter().map(String::as_str).chain(["+Inf"]).map(bucket).collect(),
            sessions: SESSION_ROWS.map(of),
            encryptions: Encryption::ALL.map(|one| Labels::of(&[(label::ENCRYPTION, one.label())])),
        }
    }

    /// Writes the families.
    pub(super) fn write(&self, out: &mut Exposition, snapshot: &Snapshot) {
        // Where answers are not seen, a connection is no evidence of anything.
        let whole: Vec<_> = snapshot.interfaces.iter().filter(|one| one.egress_counters.is_some()).collect();
        let sides: Vec<_> = whole.iter().flat_map(|interface| sides(interface)).collect();
        self.write_outcomes(out, &sides);
        self.write_times(out, &sides);
        let mut samples = out.family(&catalog::TCP_HANDSHAKES_EVICTED);
        for side in sides.iter().filter(|side| has_any(side.counters)) {
            samples.add(&[&side.labels], Value::Whole(side.counters.handshakes_evicted));
        }
        self.write_sessions(out, &whole);
        let lost = snapshot.ftp.tallies[Tally::ConnectionsLost as usize];
        out.family(&catalog::CONNECTIONS_LOST).add(&[], Value::Whole(lost));
    }

    fn write_outcomes(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::TCP_CONNECTIONS);
        for side in sides {
            for (protocol, handshakes) in self.any(side) {
                let outcomes = self.outcomes.iter().zip(handshakes.outcomes);
                outcomes.for_each(|(outcome, count)| {
                    samples.add(&[&side.labels, protocol, outcome], Value::Whole(count));
                });
            }
        }
    }

    fn write_times(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::TCP_HANDSHAKE_SECONDS);
        for side in sides {
            for (protocol, handshakes) in self.any(side) {
                let mut count = 0;
                for (bound, times) in self.bounds.iter().zip(handshakes.times.iter().chain([&0])) {
                    count += times;
                    samples.add_suffixed("_bucket", &[&side.labels, protocol, bound], Value::Whole(count));
                }
                let sum = Value::Real(seconds(handshakes.nanoseconds));
                samples.add_suffixed("_sum", &[&side.labels, protocol], sum);
                samples.add_suffixed("_count", &[&side.labels, protocol], Value::Whole(count));
            }
        }
    }

    /// The protocols of which there was any connection.
    fn any<'a>(&'a self, side: &'a Side<'_>) -> impl Iterator<Item = (&'a Labels, &'a Handshakes)> {
        let all = self.protocols.iter().map(|(row, labels)| (labels, &side.counters.connections[*row]));
        all.filter(|(_, handshakes)| handshakes.any())
    }

    fn write_sessions(&self, out: &mut Exposition, interfaces: &[&InterfaceSnapshot]) {
        let both = |interface: &InterfaceSnapshot| {
            let mut sum = Box::new(Counters::new(0, 0));
            for counters in [&interface.ingress_counters, &interface.egress_counters].into_iter().flatten() {
                sum.merge(counters);
            }
            (Labels::of(&[(label::INTERFACE, interface.name.as_str())]), sum)
        };
        let interfaces: Vec<_> = interfaces.iter().filter(|one| listens(one)).map(|one| both(one)).collect();
        let mut samples = out.family(&catalog::SESSIONS);
        for (labels, counters) in &interfaces {
            for (protocol, counts) in self.sessions.iter().zip(&counters.sessions) {
                for (encryption, count) in self.encryptions.iter().zip(counts) {
                    samples.add(&[labels, protocol, encryption], Value::Whole(*count));
                }
            }
        }
        let mut samples = out.family(&catalog::SESSIONS_EVICTED);
        for (labels, counters) in &interfaces {
            samples.add(&[labels], Value::Whole(counters.sessions_evicted));
        }
    }
}

/// Whether anything is known of a session of the interface's.
fn listens(interface: &InterfaceSnapshot) -> bool {
    let known = |counters: &Counters| {
        counters.sessions_evicted != 0 || counters.sessions.as_flattened().iter().any(|count| *count != 0)
    };
    [&interface.ingress_counters, &interface.egress_counters].into_iter().flatten().any(|one| known(one))
}

fn has_any(counters: &Counters) -> bool {
    counters.handshakes_evicted != 0 || counters.connections.iter().any(Handshakes::any)
}

fn bucket(bound: &str) -> Labels {
    Labels::of(&[("le", bound)])
}

fn sides(interface: &InterfaceSnapshot) -> impl Iterator<Item = Side<'_>> {
    let counters = [&interface.ingress_counters, &interface.egress_counters];
    Direction::ALL.into_iter().zip(counters).filter_map(|(direction, counters)| {
        let opened = match direction {
            Direction::Ingress => "inbound",
            Direction::Egress => "outbound",
        };
        let labels = [(label::INTERFACE, interface.name.as_str()), (label::DIRECTION, opened)];
        Some(Side { labels: Labels::of(&labels), counters: counters.as_deref()? })
    })
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of less than a hundred days")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}
