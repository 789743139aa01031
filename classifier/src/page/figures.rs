// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The most important numbers, each in a tile. A tile of FTP or of connections appears with its first count.

use classifier_common::{abi::Direction, control::CONTROL};
use maud::{Markup, html};

use super::{
    Page,
    quantity::percent,
    series::{Series, Subject, Unit},
    service::Service,
    totals::Totals,
};
use crate::{metrics::live_sessions, snapshot::Snapshot, thousands::grouped};

pub(super) fn figures(page: &Page<'_>, snapshot: &Snapshot, totals: &Totals) -> Markup {
    let rate =
        |direction, unit: Unit| unit.written(Series::of(&page.view, Subject::All, direction, unit).now());
    let services = Service::all(page, totals).unwrap_or_default();
    let [failed, all] = services.iter().map(Service::failed_of_all).fold([0; 2], together);
    let logins: u64 = services.iter().filter_map(|one| one.clear_logins).sum();
    let [clear, encrypted] = live_sessions(&snapshot.ftp.tallies);
    let ports: u64 = snapshot.ftp.endpoints.iter().flatten().sum();
    let attached = snapshot.hotplug.wanted.values().filter(|is_attached| **is_attached).count();
    let is_whole = attached == snapshot.hotplug.wanted.len();
    html! {
        dl.figures {
            div {
                dt { "Interfaces attached" }
                dd { b.alert[!is_whole] { (page.readiness.interfaces.len()) } " of " (snapshot.hotplug.wanted.len()) " wanted" }
            }
            @for (direction, words) in Direction::ALL.into_iter().zip(["In", "Out"]) {
                div {
                    dt { (words) ", last minute" }
                    @for unit in Unit::ALL { @let (number, unit) = rate(direction, unit); dd { b { (number) } " " (unit) } }
                }
            }
            @if all > 0 {
                div {
                    dt { "Connections failed" }
                    dd { b { (percent(failed, all)) } " of " (grouped(all)) }
                    dd { b.alert[logins > 0] { (grouped(logins)) } " clear-text logins" }
                }
            }
            @if clear + encrypted + ports > 0 {
                div {
                    dt { "FTP now" }
                    dd { b { (grouped(clear)) } " " (CONTROL[0]) ", " b { (grouped(encrypted)) } " " (CONTROL[1]) }
                    dd { b { (grouped(ports)) } @if ports == 1 { " data port" } @else { " data ports" } }
                }
            }
        }
    }
}

const fn together([one, two]: [u64; 2], [more, other]: [u64; 2]) -> [u64; 2] {
    [one + more, two + other]
}
