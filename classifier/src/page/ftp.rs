// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of FTP: live sessions and data ports, data by evidence, and ends of announced ports. Peers are shown
//! only where the metrics have them too: everybody who may read the metrics sees the page. `classifier status`
//! shows peers to root.

use classifier_common::control::Tally;
use classifier_common::{control::Tallies, endpoint::Kind};
use maud::{Markup, html};

use super::{FTP_SHOWN, Page, ftp_data, quantity::age, totals::Totals};
use crate::{
    metrics::{FTP_REJECTED, FTP_REMOVED, live_sessions},
    snapshot::{FtpNow, Snapshot},
    thousands::grouped,
};

pub(super) fn section(page: &Page<'_>, snapshot: &Snapshot, totals: &Totals) -> Markup {
    let (now, has_peers) = (&page.ftp, snapshot.top_sources.is_some());
    let tallies = &snapshot.ftp.tallies;
    let sessions = live_sessions(tallies).iter().sum();
    let ports = snapshot.ftp.endpoints.iter().flatten().sum();
    let learned = Kind::LEARNED.map(|kind| (kind.command(), Tally::learned(kind)));
    html! {
        section #ftp aria-labelledby="ftp-h" {
            h2 #ftp-h { "FTP" }
            div.columns {
                div {
                    h3 { "Control connections" }
                    @if now.sessions.is_empty() {
                        p { "No FTP session now." }
                    } @else {
                        div.wide role="region" aria-label="FTP sessions" tabindex="0" {
                            (session_table(now, has_peers, sessions > now.sessions.len() as u64))
                        }
                    }
                    (left_out(sessions, now.sessions.len()))
                }
                div {
                    h3 { "Data ports" }
                    @if now.endpoints.is_empty() {
                        p { "No FTP data port now." }
                    } @else {
                        div.wide role="region" aria-label="FTP data ports" tabindex="0" { (ftp_data::ports(now, has_peers)) }
                    }
                    (left_out(ports, now.endpoints.len()))
                }
                div {
                    h3 { "Data transferred" }
                    (ftp_data::transferred(totals))
                }
                div {
                    h3 { "Announcements" }
                    (tally_table("Totals since the counters started", &[
                        ("Data ports learned", &learned[..]),
                        ("Data ports removed", &FTP_REMOVED[..]),
                        ("Announcements rejected", &FTP_REJECTED[..]),
                    ], tallies))
                }
            }
            p.note {
                @if has_peers { "Peers are shown since the metrics have them too: " code { "--top-sources" } ". " }
                @else { "Peers are not shown without " code { "--top-sources" } ". " }
                code { "classifier status" } " shows all of them to root. Bytes are counted by mode, not by session."
            }
        }
    }
}

/// Writes the table of sessions. With very many, an arbitrary part is shown: finding the most recent ones
/// would take a lookup for each.
fn session_table(now: &FtpNow, has_peers: bool, is_part: bool) -> Markup {
    html! {
        table {
            caption { @if is_part { "Some of the sessions" } @else { "Sessions, most recently active first" } }
            thead {
                tr {
                    th scope="col" { "Control" }
                    @if has_peers { th scope="col" { "Client" } }
                    th.number scope="col" { "Server port" }
                    th.number scope="col" { "Age" }
                    th.number scope="col" { "Idle" }
                }
            }
            tbody {
                @for session in now.sessions.iter().take(FTP_SHOWN) {
                    tr {
                        th.plain scope="row" { (session.control) }
                        @if has_peers { td { (session.client) } }
                        td.number { (session.server.port) }
                        td.number { (age(session.age_seconds.seconds())) }
                        td.number { (age(session.idle_seconds.seconds())) }
                    }
                }
            }
        }
    }
}

fn left_out(all: u64, shown: usize) -> Markup {
    let rest = all.saturating_sub(shown as u64);
    html! { @if shown > 0 && rest > 0 { p.note { (grouped(rest)) " more are not shown." } } }
}

/// Writes a group of rows for each of these, without numbers of 0.
fn tally_table(caption: &str, groups: &[(&str, &[(&str, Tally)])], tallies: &Tallies) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead { tr { th scope="col" { "Event" } th scope="col" { "Command or reason" } th.number scope="col" { "Count" } } }
            @for (what, rows) in groups {
                @let counted: Vec<_> =
                    rows.iter().map(|(name, tally)| (*name, tallies[*tally as usize])).filter(|(_, n)| *n > 0).collect();
                tbody {
                    @if counted.is_empty() {
                        tr { th scope="row" { (what) } td { "none" } td.number { "0" } }
                    }
                    @for (place, (name, number)) in counted.iter().enumerate() {
                        tr {
                            @if place == 0 { th scope="rowgroup" rowspan=(counted.len()) { (what) } }
                            td { code { (name) } }
                            td.number { (grouped(*number)) }
                        }
                    }
                }
            }
        }
    }
}
