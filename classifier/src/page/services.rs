//! Section of the services: outcomes of their connections, handshake times, clear-text logins and peers.

use classifier_common::{
    abi::Direction,
    connection::{Encryption, SESSION_ROWS, row, session_row},
    counter::Counters,
    dry_run::Verdict,
    evidence::ConnectionOutcome,
    protocol::Protocol,
};
use maud::{Markup, html};

use super::{Page, names::titled, quantity::percent, sums::HandshakeSums};
use crate::{
    evidence::{Clock, Evidence, Opened, SourceEvidence},
    snapshot::{InterfaceSnapshot, Snapshot},
    thousands::grouped,
};

/// The connections of a protocol.
struct Service<'p> {
    label: &'p str,
    /// Connections of each direction that has any.
    sides: Vec<(Opened, HandshakeSums)>,
    /// Logins before TLS; `None` for a protocol whose sessions are not followed.
    clear_logins: Option<u64>,
}

pub(super) fn section(page: &Page<'_>, snapshot: &Snapshot) -> Markup {
    // Without egress, answers are not seen, and an outcome is no evidence.
    let is_whole = |one: &&InterfaceSnapshot| one.side(Direction::Egress).is_some();
    let whole: Vec<_> = snapshot.interfaces.iter().filter(is_whole).collect();
    let of = |(protocol, label)| Service::of(protocol, label, &whole);
    let services: Vec<_> = page.names.servers_first().into_iter().filter_map(of).collect();
    let sources = snapshot.top_sources.as_ref().map(|sources| {
        // The page shows no times of peers.
        Evidence::of(&sources.sums, &page.names, Clock::default()).sources
    });
    html! {
        section #services aria-labelledby="services-h" {
            h2 #services-h { "Services" }
            @if whole.is_empty() {
                p { "No interface is counted in both directions: outcomes of connections are unknown." }
            } @else if services.is_empty() {
                p { "No connection to a known service so far." }
            } @else {
                (table(&services, sources.as_deref()))
            }
            (dry_run(snapshot))
        }
    }
}

impl<'p> Service<'p> {
    /// Sums the connections of a protocol; `None` without a connection, and for a protocol without a server.
    fn of(protocol: Protocol, label: &'p str, interfaces: &[&InterfaceSnapshot]) -> Option<Self> {
        let row = row(protocol)?;
        let sum = |direction| {
            let sides = interfaces.iter().filter_map(|one| one.side(direction));
            HandshakeSums::of(sides.map(|counters| &counters.connections[row]))
        };
        let sides: Vec<_> = Opened::ALL.into_iter().map(|opened| (opened, sum(opened.into()))).collect();
        let sides: Vec<_> = sides.into_iter().filter(|(_, sums)| sums.total() > 0).collect();
        let clear =
            |counters: &Counters| counters.sessions[session_row(protocol)][Encryption::ClearLogin as usize];
        let clear_logins = SESSION_ROWS.contains(&protocol).then(|| {
            interfaces.iter().flat_map(|one| one.sides()).map(|(_, counters)| clear(counters)).sum()
        });
        (!sides.is_empty()).then_some(Self { label, sides, clear_logins })
    }

    /// Returns the host with most connections of a direction.
    fn top_peer<'s>(&self, opened: Opened, sources: &'s [SourceEvidence]) -> Option<&'s SourceEvidence> {
        let is_of = |one: &&SourceEvidence| {
            one.protocol == self.label && one.direction == opened && one.prefix.is_host()
        };
        sources.iter().filter(is_of).max_by_key(|one| one.count)
    }
}

fn table(services: &[Service<'_>], sources: Option<&[SourceEvidence]>) -> Markup {
    html! {
        div.wide role="region" aria-label="Connections of services" tabindex="0" {
            table {
                caption { "Connections since the counters started" }
                thead {
                    tr {
                        th scope="col" { "Service" }
                        th.number scope="col" { "Clear-text logins" }
                        th scope="col" { "Opened" }
                        @for outcome in ["Established", "Refused", "Rejected", "Unanswered", "Failed"] {
                            th.number scope="col" { (outcome) }
                        }
                        th.number scope="col" { abbr title="99th percentile" { "p99" } " handshake" }
                        @if sources.is_some() { th scope="col" { "Top peer" } }
                    }
                }
                @for service in services { tbody { (rows(service, sources)) } }
            }
        }
    }
}

fn rows(service: &Service<'_>, sources: Option<&[SourceEvidence]>) -> Markup {
    let span = service.sides.len();
    html! {
        @for (place, (opened, sums)) in service.sides.iter().enumerate() {
            tr {
                @if place == 0 {
                    th scope="rowgroup" rowspan=(span) { (titled(service.label)) }
                    td.number rowspan=(span) {
                        @match service.clear_logins {
                            Some(0) => "0",
                            Some(logins) => strong.alert { (grouped(logins)) },
                            None => "–",
                        }
                    }
                }
                th.plain scope="row" { (opened.label()) }
                @for outcome in ConnectionOutcome::ALL {
                    td.number { (grouped(sums.outcomes[outcome as usize])) }
                }
                td.number { (percent(sums.failed(), sums.total())) }
                td.number { (sums.p99()) }
                @if let Some(sources) = sources { td { (peer(service.top_peer(*opened, sources))) } }
            }
        }
    }
}

/// Writes a peer, with the upper bound of its connections.
fn peer(source: Option<&SourceEvidence>) -> Markup {
    html! {
        @match source {
            Some(one) => {
                (one.prefix.address()) " (" (one.outcome.label()) ", at most " (grouped(one.count)) ")"
            }
            None => "–",
        }
    }
}

/// Writes the sums of the dry run; nothing without a decision of a policy.
fn dry_run(snapshot: &Snapshot) -> Markup {
    let mut sums = [0; Verdict::ALL.len()];
    for (_, counters) in snapshot.interfaces.iter().flat_map(InterfaceSnapshot::sides) {
        for row in &counters.policy {
            sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
        }
    }
    let [accepted, dropped] = sums;
    html! {
        @if accepted + dropped > 0 {
            p {
                "Dry run of the policy: " strong { (grouped(dropped)) " packets would be dropped" }
                " (" (percent(dropped, accepted + dropped)) "), " (grouped(accepted)) " would pass. "
                code { "classifier_policy_packets_total" } " has both by rule."
            }
        }
    }
}
