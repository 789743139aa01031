//! Section of the interfaces: hooks and rates.

use std::collections::{BTreeMap, HashMap};

use classifier_common::{abi::Direction, control::CONTROL};
use maud::{Markup, html};

use super::{
    Page,
    series::{Series, Subject, Unit},
    unattached,
};
use crate::{
    history::InterfaceRate,
    hook,
    metrics::live_sessions,
    snapshot::{InterfaceState, Snapshot},
    thousands::grouped,
};

/// Interfaces that are shown at once.
const SHOWN: usize = 12;

/// Interfaces shown when the list is unfolded.
const UNFOLDED: usize = 88;

/// Interfaces that have gone and are named.
const GONE: usize = 12;

/// Writes the most important numbers.
pub(super) fn figures(page: &Page<'_>, snapshot: &Snapshot) -> Markup {
    let rate =
        |direction, unit: Unit| unit.written(Series::of(&page.view, Subject::All, direction, unit).now());
    let [clear, encrypted] = live_sessions(&snapshot.ftp.tallies);
    let [announced, connected] =
        [0, 1].map(|state| snapshot.ftp.endpoints.iter().map(|states| states[state]).sum::<u64>());
    html! {
        dl.figures {
            div {
                dt { "Interfaces attached" }
                dd { b { (page.readiness.interfaces.len()) } " of " (snapshot.hotplug.wanted.len()) " wanted" }
            }
            @for (direction, words) in Direction::ALL.into_iter().zip(["In", "Out"]) {
                div {
                    dt { (words) ", last minute" }
                    @for unit in Unit::ALL { @let (number, unit) = rate(direction, unit); dd { b { (number) } " " (unit) } }
                }
            }
            div {
                dt { "FTP sessions" }
                dd { b { (grouped(clear)) } " " (CONTROL[0]) }
                dd { b { (grouped(encrypted)) } " " (CONTROL[1]) }
            }
            div {
                dt { "FTP data ports" }
                dd { b { (grouped(announced)) } " announced" }
                dd { b { (grouped(connected)) } " connected" }
            }
        }
    }
}

pub(super) fn section(page: &Page<'_>) -> Markup {
    let rates = rates(page);
    let rate = |one: &InterfaceState| rates.get(one.name.as_str()).copied().unwrap_or_default();
    let mut attached: Vec<_> = page.readiness.interfaces.iter().map(|one| (one, rate(one))).collect();
    attached.sort_by(|(one, rate), (other, more)| {
        more.total().bytes.cmp(&rate.total().bytes).then_with(|| one.name.cmp(&other.name))
    });
    let (first, rest) = attached.split_at(attached.len().min(SHOWN));
    let (unfolded, left_out) = rest.split_at(rest.len().min(UNFOLDED));
    let gone = gone(page);
    html! {
        section #interfaces aria-labelledby="interfaces-h" {
            h2 #interfaces-h { "Interfaces" }
            (unattached::table(page))
            @if attached.is_empty() {
                p { "No interface is attached. The agent attaches a wanted interface as soon as it appears." }
            } @else {
                @if attached.len() > SHOWN { (summary(&attached)) }
                (table(first, "Attached interfaces, busiest first"))
            }
            @if !unfolded.is_empty() {
                details {
                    summary { (unfolded.len()) " more interfaces" }
                    (table(unfolded, "More attached interfaces, busiest first"))
                }
            }
            @if !left_out.is_empty() {
                p.note { (left_out.len()) " more interfaces have less traffic and are not shown: " a href="./-/ready" { "readiness" } " lists all." }
            }
            @if !gone.is_empty() {
                p.note {
                    (gone.len()) " detached, with counters kept for 5 minutes: "
                    @for (place, name) in gone.iter().take(GONE).enumerate() {
                        @if place > 0 { ", " }
                        code { (name) }
                    }
                    @if gone.len() > GONE { " and " (gone.len() - GONE) " more" }
                    "."
                }
            }
        }
    }
}

fn rates<'p>(page: &'p Page<'_>) -> HashMap<&'p str, InterfaceRate> {
    let interfaces = page.snapshot.iter().flat_map(|snapshot| &snapshot.interfaces);
    interfaces.map(|one| one.name.as_str()).zip(page.view.interfaces.iter().copied()).collect()
}

fn gone<'p>(page: &'p Page<'_>) -> Vec<&'p str> {
    let interfaces = page.snapshot.iter().flat_map(|snapshot| &snapshot.interfaces);
    let gone = interfaces.filter(|one| (one.ingress, one.egress) == (hook::NONE, hook::NONE));
    gone.map(|one| one.name.as_str()).collect()
}

/// Counts the interfaces by hooks.
fn summary(attached: &[(&InterfaceState, InterfaceRate)]) -> Markup {
    let mut ways: BTreeMap<_, usize> = BTreeMap::new();
    for (one, _) in attached {
        *ways.entry((one.ingress, one.egress)).or_default() += 1;
    }
    html! {
        p {
            (attached.len()) " interfaces: "
            @for (place, ((ingress, egress), number)) in ways.iter().enumerate() {
                @if place > 0 { "; " }
                (number) " by " code { (ingress) } " in and " code { (egress) } " out"
            }
            "."
        }
    }
}

/// Writes the table of interfaces. The roles are explicit, since a phone does not lay it out as a table.
fn table(interfaces: &[(&InterfaceState, InterfaceRate)], caption: &str) -> Markup {
    html! {
        div.wide role="region" aria-label=(caption) tabindex="0" {
            table.interfaces role="table" {
                caption { (caption) "; rates of the last minute" }
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "Interface" }
                        @for direction in ["In", "Out"] {
                            @for unit in Unit::ALL {
                                th.number scope="col" role="columnheader" { (direction) " " span { (unit.label()) } }
                            }
                        }
                    }
                }
                tbody role="rowgroup" { @for (interface, rate) in interfaces { (row(interface, *rate)) } }
            }
        }
    }
}

fn row(interface: &InterfaceState, rate: InterfaceRate) -> Markup {
    let InterfaceState { name, ingress, egress, why } = interface;
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                code.name { (name) }
                span.how { "in " code { (ingress) } ", out " code { (egress) } ": " (why) }
            }
            @for side in rate.sides {
                @for unit in Unit::ALL {
                    td.number role="cell" {
                        @if rate.length.is_zero() { "–" } @else { (unit.cell(unit.rate(side, rate.length))) }
                    }
                }
            }
        }
    }
}
