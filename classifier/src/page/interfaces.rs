// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of the interfaces: hooks and rates.

use std::collections::{BTreeMap, HashMap};

use maud::{Markup, html};

use super::{Page, series::Unit, unattached};
use crate::{history::InterfaceRate, hook, snapshot::InterfaceState};

/// Interfaces that are shown at once.
const SHOWN: usize = 12;

/// Interfaces shown when the list is unfolded.
const UNFOLDED: usize = 88;

/// Interfaces that have gone and are named.
const GONE: usize = 12;

pub(super) fn section(page: &Page<'_>) -> Markup {
    let rates = rates(page);
    let rate = |one: &InterfaceState| rates.get(one.name.as_str()).copied().unwrap_or_default();
    let all = &page.readiness.interfaces;
    let shown = all.iter().filter(|one| page.query.shows(&one.name));
    let mut attached: Vec<_> = shown.map(|one| (one, rate(one))).collect();
    attached.sort_by(|(one, rate), (other, more)| {
        more.total().bytes.cmp(&rate.total().bytes).then_with(|| one.name.cmp(&other.name))
    });
    let (first, rest) = attached.split_at(attached.len().min(SHOWN));
    let (unfolded, left_out) = rest.split_at(rest.len().min(UNFOLDED));
    let gone = gone(page);
    html! {
        section #interfaces aria-labelledby="interfaces-h" {
            h2 #interfaces-h { "Interfaces" }
            (page.query.filter(attached.len(), all.len()))
            (unattached::table(page))
            @if attached.is_empty() && !all.is_empty() {
                p { "No attached interface matches." }
            } @else if attached.is_empty() {
                p { "No interface is attached. The agent attaches a wanted interface as soon as it appears." }
            } @else {
                @if attached.len() > SHOWN { (summary(&attached)) }
                (table(first, rest, "Attached interfaces, busiest first"))
            }
            @if !unfolded.is_empty() {
                details {
                    summary { (unfolded.len()) " more interfaces" }
                    (table(unfolded, left_out, "More attached interfaces, busiest first"))
                }
            }
            @if !left_out.is_empty() {
                p.note {
                    (left_out.len()) " interfaces with less traffic are shown as a sum: " code { "/?interface=GLOB" }
                    " shows those of a name, and " a href="./-/ready" { "readiness" } " lists all."
                }
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
    let gone = page.interfaces().filter(|one| (one.ingress, one.egress) == (hook::NONE, hook::NONE));
    gone.map(|one| one.name.as_str()).collect()
}

/// Counts the interfaces by hooks.
fn summary(attached: &[Rated<'_>]) -> Markup {
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

type Rated<'p> = (&'p InterfaceState, InterfaceRate);

/// Writes the table of interfaces, and the sum of the others. The roles are explicit, since a phone does not
/// lay it out as a table.
fn table(interfaces: &[Rated<'_>], others: &[Rated<'_>], caption: &str) -> Markup {
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
                tbody role="rowgroup" {
                    @for (interface, rate) in interfaces { (row(interface, *rate)) }
                    @if !others.is_empty() { (sum(others)) }
                }
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
            (cells(rate.sides.map(|side| {
                Unit::ALL.map(|unit| (!rate.length.is_zero()).then(|| unit.rate(side, rate.length)))
            })))
        }
    }
}

/// Writes the row of the other interfaces together.
fn sum(others: &[Rated<'_>]) -> Markup {
    let rate = |side: usize, unit: Unit| {
        others.iter().map(|(_, rate)| unit.rate(rate.sides[side], rate.length)).sum::<f64>()
    };
    html! {
        tr role="row" {
            th.plain scope="row" role="rowheader" { (others.len()) " other interfaces together" }
            (cells([0, 1].map(|side| Unit::ALL.map(|unit| Some(rate(side, unit))))))
        }
    }
}

/// Writes the rates by direction and unit; a dash for an unknown one.
fn cells(rates: [[Option<f64>; Unit::ALL.len()]; 2]) -> Markup {
    html! {
        @for (unit, rate) in rates.into_iter().flat_map(|side| Unit::ALL.into_iter().zip(side)) {
            td.number role="cell" { @if let Some(rate) = rate { (unit.cell(rate)) } @else { "–" } }
        }
    }
}
