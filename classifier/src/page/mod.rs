//! The page for people, as one answer without scripts: what is wrong first, then what is attached, what passes, FTP,
//! ICMP and the agent itself.
//!
//! Everything that is shown goes through [`maud`], which escapes what it is given. The style is part of the page, and its
//! hash part of the policy that the page is sent with: so nothing else applies, nothing is asked for, and the page is
//! whole behind any proxy. It is drawn anew by asking again: by hand, or every ten seconds for those who chose the link,
//! for a page that reloads unasked takes a screen reader's place away.

mod agent;
mod chart;
mod ftp;
mod icmp;
mod interfaces;
mod problems;
mod quantity;
mod series;
mod style;
mod traffic;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::problems::Problems;
pub use self::style::policy;
use crate::{
    config::{ProtocolNames, TelemetryPath},
    counters::{FtpNow, Readiness, Snapshot},
    history::View,
    metrics::agent::Standing,
};

/// Sessions and data ports that are shown.
pub const FTP_SHOWN: usize = 20;

/// The query that asks for a page which asks for itself again.
pub const REFRESH: &str = "refresh";

/// Everything that the page is drawn from.
#[derive(Debug)]
pub struct Page<'p> {
    /// Name of the host.
    pub host: &'p str,
    /// What is attached, and what is not.
    pub readiness: Readiness,
    /// What the counters stand at, or why they cannot be read.
    pub snapshot: Result<Snapshot, String>,
    /// What they have grown by lately.
    pub view: View,
    /// FTP as it goes on.
    pub ftp: FtpNow,
    /// The protocols beside the fixed ones.
    pub names: ProtocolNames,
    /// How the agent stands.
    pub standing: Standing,
    /// Where the metrics are.
    pub telemetry: &'p TelemetryPath,
    /// Whether it asks for itself again.
    pub refreshes: bool,
}

impl Page<'_> {
    /// The page, in HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let problems = Problems::of(self);
        let snapshot = self.snapshot.as_ref().ok();
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    @if self.refreshes { meta http-equiv="refresh" content="10"; }
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
                            (interfaces::figures(self, snapshot))
                        }
                        (interfaces::section(self))
                        (traffic::section(self))
                        @if let Some(snapshot) = snapshot {
                            (ftp::section(snapshot, &self.ftp))
                            (icmp::section(snapshot, &self.names))
                            (agent::section(snapshot, &self.standing))
                        }
                    }
                    (self.footer())
                }
            }
        };
        document.into_string()
    }

    fn header(&self) -> Markup {
        let sections = [
            ("problems", "Problems"),
            ("interfaces", "Interfaces"),
            ("traffic", "Traffic"),
            ("ftp", "FTP"),
            ("icmp", "ICMP"),
            ("agent", "Agent"),
        ];
        let shown = if self.snapshot.is_ok() { &sections[..] } else { &sections[..3] };
        html! {
            header {
                h1 { "classifier " span.on { "on " (self.host) } }
                nav aria-label="Sections" {
                    ul { @for (id, name) in shown { li { a href={ "#" (id) } { (name) } } } }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        html! {
            footer {
                nav aria-label="Elsewhere" {
                    ul {
                        li { a href=(self.telemetry.as_str()) { "Metrics" } }
                        li { a href="/-/ready" { "Readiness" } }
                        li { a href="/-/healthy" { "Health" } }
                        li {
                            @if self.refreshes {
                                a href="/" { "Stop refreshing" }
                            } @else {
                                a href={ "/?" (REFRESH) } { "Refresh every 10 seconds" }
                            }
                        }
                    }
                }
                p { "classifier " (env!("CARGO_PKG_VERSION")) ", revision " (crate::REVISION) }
            }
        }
    }
}
