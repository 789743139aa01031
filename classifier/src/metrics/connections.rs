// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes connections and sessions as samples. The series of a protocol begin with its first connection in a
//! direction, so that an interface without any costs nothing.

use classifier_common::{
    abi::Direction,
    connection::{Encryption, Handshakes, row, rows},
    control::Tally,
    counter::Counters,
    evidence::ConnectionOutcome,
    protocol::Protocol,
};

use super::{
    catalog::{self, label},
    exposition::{Exposition, Value},
    labels::Labels,
    side::Side,
};
use crate::{
    protocol_names::ProtocolNames,
    snapshot::{InterfaceSnapshot, Snapshot},
};

/// A protocol with a server.
#[derive(Debug)]
struct Served {
    /// Row in the counters.
    row: usize,
    /// The protocol's label.
    labels: Labels,
    /// True if the protocol itself has followed sessions.
    has_session: bool,
}

/// Labels that no scrape changes, rendered once.
#[derive(Debug)]
pub(super) struct Connections {
    protocols: Vec<Served>,
    outcomes: [Labels; ConnectionOutcome::ALL.len()],
    encryptions: [Labels; Encryption::ALL.len()],
}

impl Connections {
    /// Renders the labels of the protocols that have a server.
    pub(super) fn new(names: &ProtocolNames) -> Self {
        let served_of = |protocol: Protocol| {
            let labels = Labels::of(&[(label::PROTOCOL, names.label(protocol))]);
            Some(Served { row: row(protocol)?, labels, has_session: protocol.has_session() })
        };
        let served = rows().filter(|protocol| !names.label(*protocol).is_empty());
        Self {
            protocols: served.filter_map(served_of).collect(),
            outcomes: ConnectionOutcome::ALL.map(|outcome| Labels::of(&[(label::OUTCOME, outcome.label())])),
            encryptions: Encryption::ALL.map(|one| Labels::of(&[(label::ENCRYPTION, one.label())])),
        }
    }

    /// Writes the families.
    pub(super) fn write(&self, out: &mut Exposition, snapshot: &Snapshot) {
        // Without egress, answers are not seen, and an outcome is no evidence.
        let whole: Vec<_> =
            snapshot.interfaces.iter().filter(|one| one.side(Direction::Egress).is_some()).collect();
        let sides: Vec<_> = whole.iter().flat_map(|interface| Side::of(interface)).collect();
        self.write_outcomes(out, &sides);
        self.write_times(out, &sides);
        let mut samples = out.family(&catalog::TCP_HANDSHAKES_EVICTED);
        for side in sides.iter().filter(|side| has_any(side.counters)) {
            samples.add(&[&side.labels], Value::Whole(side.counters.handshakes_evicted));
        }
        self.write_sessions(out, &whole);
        let lost = snapshot.ftp.tallies[Tally::ConnectionsLost as usize];
        out.family(&catalog::CONNECTIONS_LOST).add(&[], Value::Whole(lost));
        let evicted = snapshot.ftp.tallies[Tally::FlowsEvicted as usize];
        out.family(&catalog::UDP_FLOWS_EVICTED).add(&[], Value::Whole(evicted));
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
        // Upper bounds in seconds, with the final infinite one.
        let bounds = Handshakes::BOUNDS.into_iter().map(seconds).chain([f64::INFINITY]);
        let bounds: Vec<_> = bounds.map(|bound| out.format().bucket(bound)).collect();
        let mut samples = out.family(&catalog::TCP_HANDSHAKE_DURATION);
        for side in sides {
            for (protocol, handshakes) in self.any(side) {
                let mut count = 0;
                for (bound, times) in bounds.iter().zip(handshakes.times.iter().chain([&0])) {
                    count += times;
                    samples.add_suffixed("_bucket", &[&side.labels, protocol, bound], Value::Whole(count));
                }
                let sum = Value::Real(seconds(handshakes.nanoseconds));
                samples.add_suffixed("_sum", &[&side.labels, protocol], sum);
                samples.add_suffixed("_count", &[&side.labels, protocol], Value::Whole(count));
            }
        }
    }

    /// Iterates over the protocols with at least one connection.
    fn any<'a>(&'a self, side: &'a Side<'_>) -> impl Iterator<Item = (&'a Labels, &'a Handshakes)> {
        let all = self.protocols.iter().map(|of| (&of.labels, &side.counters.connections[of.row]));
        all.filter(|(_, handshakes)| handshakes.any())
    }

    fn write_sessions(&self, out: &mut Exposition, interfaces: &[&InterfaceSnapshot]) {
        let both = |interface: &InterfaceSnapshot| {
            let mut sum = Box::new(Counters::new(0, 0));
            interface.sides().for_each(|(_, counters)| sum.merge(counters));
            (Labels::of(&[(label::INTERFACE, interface.name.as_str())]), sum)
        };
        let interfaces: Vec<_> = interfaces.iter().filter(|one| listens(one)).map(|one| both(one)).collect();
        let mut samples = out.family(&catalog::SESSIONS);
        for (labels, counters) in &interfaces {
            let all = self.protocols.iter().map(|of| (of, &counters.sessions[of.row]));
            // A port of a configured protocol may speak a followed one, and may have done so before a reload.
            for (protocol, counts) in all.filter(|(of, counts)| of.has_session || **counts != [0; 3]) {
                for (encryption, count) in self.encryptions.iter().zip(counts) {
                    samples.add(&[labels, &protocol.labels, encryption], Value::Whole(*count));
                }
            }
        }
        let mut samples = out.family(&catalog::SESSIONS_EVICTED);
        for (labels, counters) in &interfaces {
            samples.add(&[labels], Value::Whole(counters.sessions_evicted));
        }
    }
}

/// Tells whether any session of the interface is known.
fn listens(interface: &InterfaceSnapshot) -> bool {
    let known = |counters: &Counters| {
        counters.sessions_evicted != 0 || counters.sessions.as_flattened().iter().any(|count| *count != 0)
    };
    interface.sides().any(|(_, counters)| known(counters))
}

fn has_any(counters: &Counters) -> bool {
    counters.handshakes_evicted != 0 || counters.connections.iter().any(Handshakes::any)
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of less than a hundred days")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}
