// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of the traffic by protocol.

use classifier_common::{abi::Direction, counter::PacketCount, protocol::Protocol};
use maud::{Markup, html};

use super::{
    Page,
    chart::{Chart, round_up},
    names::titled,
    quantity::span,
    series::{Both, Series, Subject, Unit},
};
use crate::history::{History, View};

/// Most protocols with charts of their own.
const CHARTS: usize = 12;

pub(super) fn section(page: &Page<'_>) -> Markup {
    let view = &page.view;
    let length = view.length();
    let all = page.names.servers_first();
    let (seen, unseen): (Vec<_>, Vec<_>) = all.into_iter().partition(|(one, _)| volume(view, *one) > 0);
    let drawn = busiest(view, &seen);
    html! {
        section #traffic aria-labelledby="traffic-h" {
            h2 #traffic-h { "Traffic by protocol" }
            @if view.intervals.is_empty() {
                p { "The agent has just started. Rates appear in a few seconds." }
            } @else {
                p.note {
                    "The last " (span(History::SPAN.min(length))) " on all interfaces, in steps of "
                    (History::PERIOD.as_secs()) " seconds. Numbers are means of the last minute."
                    @if length + History::PERIOD < History::SPAN { " Shaded: before the agent started." }
                }
                p.legend {
                    span { span.key.in {} "In, above the line" }
                    span { span.key.out {} "Out, below the line" }
                    span { "Each half has a scale of its own. In a small chart it reaches to the peak." }
                }
                div.totals { @for unit in Unit::ALL { (total(view, unit)) } }
                div.cards { @for (protocol, name) in &drawn { (card(view, *protocol, name)) } }
                @if drawn.len() < seen.len() {
                    p.note { "The table has " (seen.len() - drawn.len()) " more protocols, with less traffic." }
                }
                @if !unseen.is_empty() {
                    p.note {
                        "No traffic: "
                        @for (place, (_, name)) in unseen.iter().enumerate() {
                            @if place > 0 { ", " }
                            (titled(name))
                        }
                        "."
                    }
                }
                @if !seen.is_empty() {
                    details {
                        summary { "All rates as a table" }
                        (table(view, &seen))
                    }
                }
            }
        }
    }
}

fn volume(view: &View, protocol: Protocol) -> u64 {
    let tallies = view
        .intervals
        .iter()
        .flat_map(|interval| Direction::ALL.map(|direction| interval.tally(protocol, direction)));
    tallies.fold(0, |sum, PacketCount { bytes, .. }| sum.saturating_add(bytes))
}

/// Selects the busiest protocols, in a fixed order: charts then keep their place.
fn busiest<'p>(view: &View, seen: &[(Protocol, &'p str)]) -> Vec<(Protocol, &'p str)> {
    let mut by_volume: Vec<_> = seen.iter().map(|(one, _)| (volume(view, *one), *one)).collect();
    by_volume.sort_by_key(|(volume, _)| std::cmp::Reverse(*volume));
    by_volume.truncate(CHARTS);
    let is_drawn = |protocol| by_volume.iter().any(|(_, one)| *one == protocol);
    seen.iter().copied().filter(|(one, _)| is_drawn(*one)).collect()
}

fn total(view: &View, unit: Unit) -> Markup {
    let both = Both::of(view, Subject::All, unit);
    let scales @ [upper, lower] = both.peaks().map(round_up);
    let (id, words) = match unit {
        Unit::Packets => ("all-packets", "Packets"),
        Unit::Bits => ("all-bits", "Bits"),
    };
    let marks = [upper, upper / 2.0, 0.0, lower / 2.0, lower];
    html! {
        figure.total {
            figcaption {
                span.title { (words) }
                @for (direction, series) in [("in ", &both.ingress), ("out ", &both.egress)] {
                    span.now { (direction) b { (unit.text(series.now())) } }
                }
            }
            div.plot {
                div.scale aria-hidden="true" {
                    @for mark in marks { span { @if mark > 0.0 { (unit.end(mark)) } @else { "0" } } }
                }
                (Chart { id: id.into(), subject: "All protocols", unit, both: &both, scales }.draw())
                div.time aria-hidden="true" {
                    span { "15 min ago" } span { "10" } span { "5" } span { "now" }
                }
            }
        }
    }
}

fn card(view: &View, protocol: Protocol, name: &str) -> Markup {
    html! {
        article.card {
            h3 { (titled(name)) }
            @for unit in Unit::ALL {
                @let both = Both::of(view, Subject::Of(protocol), unit);
                @let id = format!("p{}-{}", protocol.index(), if unit == Unit::Bits { "b" } else { "p" });
                figure {
                    figcaption { (now("in ", &both.ingress, unit)) (now("out ", &both.egress, unit)) }
                    (Chart { id, subject: name, unit, both: &both, scales: both.peaks() }.draw())
                }
            }
        }
    }
}

/// Writes the mean of the last minute, and the peak.
fn now(direction: &str, series: &Series, unit: Unit) -> Markup {
    html! {
        span.now { (direction) b { (unit.text(series.now())) } }
        span.peak { "peak " (unit.text(series.peak())) }
    }
}

fn table(view: &View, seen: &[(Protocol, &str)]) -> Markup {
    html! {
        div.wide role="region" aria-label="All rates" tabindex="0" {
            table {
                caption { "Rates of the last " (span(History::SPAN.min(view.length()))) " by protocol and direction" }
                thead {
                    tr {
                        th scope="col" rowspan="2" { "Protocol" }
                        th scope="col" rowspan="2" { "Direction" }
                        @for unit in Unit::ALL { th.group scope="colgroup" colspan="3" { (unit.label()) } }
                    }
                    tr {
                        @for _ in Unit::ALL {
                            th.number scope="col" { "last minute" }
                            th.number scope="col" { "mean" }
                            th.number scope="col" { "peak" }
                        }
                    }
                }
                @for (protocol, name) in seen {
                    tbody {
                        @for direction in Direction::ALL {
                            tr {
                                @if direction == Direction::Ingress {
                                    th scope="rowgroup" rowspan="2" { (titled(name)) }
                                }
                                th.plain scope="row" { (if direction == Direction::Ingress { "in" } else { "out" }) }
                                @for unit in Unit::ALL {
                                    @let series = Series::of(view, Subject::Of(*protocol), direction, unit);
                                    td.number { (unit.cell(series.now())) }
                                    td.number { (unit.cell(series.mean())) }
                                    td.number { (unit.cell(series.peak())) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
