// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Table of the connections to ports that no protocol has.

use classifier_common::evidence::Summary;
use maud::{Markup, html};

use crate::{
    evidence::{Clock, ServiceEvidence, services, top_services},
    thousands::grouped,
};

/// Most shown ports of each direction and outcome.
const SHOWN: usize = 5;

/// Writes the ports with most connections, or the reason why they are not known; nothing without a connection.
pub(super) fn table(read: &Result<Summary, String>) -> Markup {
    let summary = match read {
        Ok(summary) => summary,
        Err(reason) => return html! { p { "Other services are not known: " (reason) } },
    };
    // The page shows no times of services.
    let services = services(summary, Clock::default());
    let shown = top_services(&services, SHOWN);
    html! {
        @if !shown.is_empty() {
            div.wide role="region" aria-label="Connections of other services" tabindex="0" {
                table {
                    caption { "Connections to ports without a protocol, since the counters started" }
                    thead {
                        tr {
                            th scope="col" { "Port" }
                            th scope="col" { "Name" }
                            th scope="col" { "Opened" }
                            th scope="col" { "Outcome" }
                            th.number scope="col" { "At most" }
                        }
                    }
                    tbody { @for service in shown { (row(service)) } }
                }
            }
        }
    }
}

fn row(service: &ServiceEvidence) -> Markup {
    html! {
        tr {
            th scope="row" { (service.transport) "/" (service.port) }
            td { (service.name.as_deref().unwrap_or("–")) }
            td { (service.direction.label()) }
            td { (service.outcome.label()) }
            td.number { (grouped(service.count)) }
        }
    }
}
