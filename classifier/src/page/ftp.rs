//! Section of FTP: live numbers, and ends of announced ports. Peers are not shown: everybody who may read the
//! metrics sees the page, and `classifier status` shows peers to root.

use classifier_common::control::Tally;
use classifier_common::{control::Tallies, endpoint::Kind};
use maud::{Markup, html};

use super::{FTP_SHOWN, quantity::age};
use crate::{
    metrics::{FTP_REJECTED, FTP_REMOVED, live_sessions},
    snapshot::{FtpNow, Snapshot},
    thousands::grouped,
};

pub(super) fn section(snapshot: &Snapshot, now: &FtpNow) -> Markup {
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
                    @if now.sessions.is_empty() { p { "No FTP session now." } } @else { (session_table(now, sessions > now.sessions.len() as u64)) }
                    (left_out(sessions, now.sessions.len()))
                }
                div {
                    h3 { "Data ports" }
                    @if now.endpoints.is_empty() { p { "No FTP data port now." } } @else { (port_table(now)) }
                    (left_out(ports, now.endpoints.len()))
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
            p.note { "This section shows no addresses. " code { "classifier status" } " shows them to root." }
        }
    }
}

/// Writes the table of sessions. With very many, an arbitrary part is shown: finding the most recent ones
/// would take a lookup for each.
fn session_table(now: &FtpNow, is_part: bool) -> Markup {
    html! {
        table {
            caption { @if is_part { "Some of the sessions" } @else { "Sessions, most recently active first" } }
            thead {
                tr {
                    th scope="col" { "Control" }
                    th.number scope="col" { "Server port" }
                    th.number scope="col" { "Age" }
                    th.number scope="col" { "Idle" }
                }
            }
            tbody {
                @for session in now.sessions.iter().take(FTP_SHOWN) {
                    tr {
                        th.plain scope="row" { (session.control) }
                        td.number { (session.server.port) }
                        td.number { (age(session.age_seconds.seconds())) }
                        td.number { (age(session.idle_seconds.seconds())) }
                    }
                }
            }
        }
    }
}

fn port_table(now: &FtpNow) -> Markup {
    html! {
        table {
            caption { "Announced data ports, newest first" }
            thead {
                tr {
                    th scope="col" { "Port" }
                    th scope="col" { "Mode" }
                    th scope="col" { "Command" }
                    th scope="col" { "State" }
                    th.number scope="col" { "Age" }
                }
            }
            tbody {
                @for port in now.endpoints.iter().take(FTP_SHOWN) {
                    tr {
                        th.plain scope="row" { (port.owner.port) }
                        td { (port.mode) }
                        td { (port.command) }
                        td { (port.state) }
                        td.number { (age(port.age_seconds.seconds())) }
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
