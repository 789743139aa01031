// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The page for people, as one answer without scripts: problems, interfaces, services, traffic, FTP, ICMP and
//! the agent itself.
//!
//! Every text goes through [`maud`], which escapes it. The style is part of the page, and its hash is in the
//! page's content security policy: no other style applies, and the page makes no further request. Links are
//! relative: they also work behind a proxy that serves the agent under a prefix. Readers refresh the page by
//! hand, or at an interval by a link: an unasked refresh takes a screen reader's place away.

mod agent;
mod chart;
mod dry_run;
mod figures;
mod ftp;
mod ftp_data;
mod icmp;
mod interfaces;
mod names;
mod other_services;
mod problems;
mod quantity;
mod query;
mod series;
mod service;
mod services;
mod style;
mod sums;
mod times;
mod totals;
mod traffic;
mod unattached;

use classifier_common::evidence::Summary;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::{problems::Problems, totals::Totals};
pub use self::{
    query::{Query, Refresh},
    style::policy,
    times::Times,
};
use crate::{
    config::TelemetryPath,
    history::View,
    metrics::agent::GaugeValues,
    policy::RuleRows,
    protocol_names::ProtocolNames,
    snapshot::{FtpNow, InterfaceSnapshot, Readiness, Snapshot},
};

/// Most sessions and data ports that are shown.
pub const FTP_SHOWN: usize = 20;

/// Data of the page.
#[derive(Debug)]
pub struct Page<'p> {
    /// Name of the host.
    pub host: &'p str,
    /// Readiness of the agent, with its interfaces.
    pub readiness: Readiness,
    /// Counters, or the reason why they cannot be read.
    pub snapshot: Result<Snapshot, String>,
    /// Recent growth of the counters.
    pub view: View,
    /// Connections to other services, or the reason why they cannot be read.
    pub other_services: Result<Summary, String>,
    /// Live FTP sessions and data ports.
    pub ftp: FtpNow,
    /// Protocols in addition to the fixed ones.
    pub names: ProtocolNames,
    /// Rules of the dry run, by their rows.
    pub rules: RuleRows,
    /// The gauges of the agent.
    pub gauges: GaugeValues,
    /// Path of the metrics.
    pub telemetry: &'p TelemetryPath,
    /// Moment of the drawing, and the ages of agent and counters.
    pub times: Times,
    /// Choices of the reader.
    pub query: Query,
}

impl Page<'_> {
    /// Renders the page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let problems = Problems::of(self);
        let snapshot = self.snapshot.as_ref().ok();
        let totals = Totals::of(self.interfaces());
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    (self.query.refresh.element())
                    title { (problems.count()) " · classifier on " (self.host) }
                    link rel="icon" href=(style::ICON);
                    style { (PreEscaped(style::STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    (self.header())
                    main #main tabindex="-1" {
                        (problems.section())
                        @if let Some(snapshot) = snapshot {
                            (figures::figures(self, snapshot, &totals))
                        }
                        (interfaces::section(self))
                        @if let Some(snapshot) = snapshot {
                            (services::section(self, snapshot, &totals))
                        }
                        (traffic::section(self))
                        @if let Some(snapshot) = snapshot {
                            (ftp::section(self, snapshot, &totals))
                            (icmp::section(self, &totals))
                            (agent::section(snapshot, &self.gauges))
                        }
                    }
                    (self.footer())
                }
            }
        };
        document.into_string()
    }

    /// Iterates over the interfaces that the reader chose, with their counters.
    fn interfaces(&self) -> impl Iterator<Item = &InterfaceSnapshot> {
        let all = self.snapshot.iter().flat_map(|snapshot| &snapshot.interfaces);
        all.filter(|one| self.query.shows(&one.name))
    }

    fn header(&self) -> Markup {
        let sections = [
            ("problems", "Problems"),
            ("interfaces", "Interfaces"),
            ("services", "Services"),
            ("traffic", "Traffic"),
            ("ftp", "FTP"),
            ("icmp", "ICMP"),
            ("agent", "Agent"),
        ];
        let without_counters = ["problems", "interfaces", "traffic"];
        let is_shown = |id: &str| self.snapshot.is_ok() || without_counters.contains(&id);
        html! {
            header {
                h1 { "classifier " span.on { "on " (self.host) } }
                (self.times.lines(&self.query))
                nav aria-label="Sections" {
                    ul { @for (id, name) in sections.into_iter().filter(|(id, _)| is_shown(id)) { li { a href={ "#" (id) } { (name) } } } }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        html! {
            footer {
                nav aria-label="Elsewhere" {
                    ul {
                        li { a href={ "." (self.telemetry) } { "Metrics" } }
                        li { a href="./-/ready" { "Readiness" } }
                        li { a href="./-/healthy" { "Health" } }
                    }
                }
                p { "classifier " (env!("CARGO_PKG_VERSION")) ", revision " (crate::REVISION) }
            }
        }
    }
}
