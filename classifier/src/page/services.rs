// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of the services: outcomes of their connections, handshake times, clear-text logins and peers.

use classifier_common::evidence::ConnectionOutcome;
use maud::{Markup, html};

use super::{
    Page,
    chart::Chart,
    dry_run::dry_run,
    names::titled,
    other_services,
    quantity::{percent, span},
    series::{Both, Subject, Unit},
    service::Service,
    totals::Totals,
};
use crate::{
    evidence::{Clock, Evidence, SourceEvidence},
    history::{History, View},
    snapshot::Snapshot,
    thousands::grouped,
};

pub(super) fn section(page: &Page<'_>, snapshot: &Snapshot, totals: &Totals) -> Markup {
    let services = Service::all(page, totals);
    let sources = snapshot.top_sources.as_ref().map(|sources| {
        // The page shows no times of peers.
        Evidence::of(&sources.sums, &page.names, Clock::default()).sources
    });
    html! {
        section #services aria-labelledby="services-h" {
            h2 #services-h { "Services" }
            @match services.as_deref() {
                None => p { "No interface is counted in both directions: outcomes of connections are unknown." },
                Some([]) => p { "No connection to a known service so far." },
                Some(services) => (table(&page.view, services, sources.as_deref())),
            }
            @if services.is_some() { (other_services::table(&page.other_services)) }
            (dry_run(totals, &page.rules))
        }
    }
}

fn table(view: &View, services: &[Service<'_>], sources: Option<&[SourceEvidence]>) -> Markup {
    let minutes = span(History::SPAN.min(view.length()));
    html! {
        div.wide role="region" aria-label="Connections of services" tabindex="0" {
            table {
                caption {
                    span {
                        "Connections since the counters started. Traffic: " (Unit::Bits.label()) " of the last " (minutes)
                        ", in above the line, out below it"
                    }
                }
                thead {
                    tr {
                        th scope="col" { "Service" }
                        th.spark scope="col" { "Traffic" }
                        th.number scope="col" { "Clear-text logins" }
                        th scope="col" { "Opened" }
                        @for outcome in ["Failed", "Established", "Refused", "Rejected", "Unanswered"] {
                            th.number scope="col" { (outcome) }
                        }
                        th.number scope="col" { abbr title="99th percentile" { "p99" } " handshake" }
                        @if sources.is_some() { th scope="col" { "Top peer" } }
                    }
                }
                @for service in services { tbody { (rows(view, service, sources)) } }
            }
        }
    }
}

fn rows(view: &View, service: &Service<'_>, sources: Option<&[SourceEvidence]>) -> Markup {
    let rows = service.sides.len();
    html! {
        @for (place, (opened, sums)) in service.sides.iter().enumerate() {
            tr {
                @if place == 0 {
                    th scope="rowgroup" rowspan=(rows) { (titled(service.label)) }
                    td.spark rowspan=(rows) { (spark(view, service)) }
                    td.number rowspan=(rows) {
                        @match service.clear_logins {
                            Some(0) => "0",
                            Some(logins) => strong.alert { (grouped(logins)) },
                            None => "–",
                        }
                    }
                }
                th.plain scope="row" { (opened.label()) }
                td.number { (percent(sums.failed(), sums.total())) }
                @for outcome in ConnectionOutcome::ALL {
                    td.number { (grouped(sums.outcomes[outcome as usize])) }
                }
                td.number { (sums.p99()) }
                @if let Some(sources) = sources { td { (peer(service.top_peer(*opened, sources))) } }
            }
        }
    }
}

/// Draws the bits of a service; a dash without traffic.
fn spark(view: &View, service: &Service<'_>) -> Markup {
    let both = Both::of(view, Subject::Of(service.protocol), Unit::Bits);
    let id = format!("s{}", service.protocol.index());
    html! {
        @if both.is_silent() { "–" } @else {
            (Chart { id, subject: service.label, unit: Unit::Bits, scales: both.peaks(), both: &both }.draw())
        }
    }
}

/// Writes a peer, with the upper bound of its connections.
fn peer(source: Option<&SourceEvidence>) -> Markup {
    html! {
        @match source {
            Some(one) => {
                (one.prefix.address()) " " span.how { "≤ " (grouped(one.count)) " " (one.outcome.label()) }
            }
            None => "–",
        }
    }
}
