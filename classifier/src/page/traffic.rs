//! What passes, by protocol.

use classifier_common::{
    abi::Direction,
    counter::Tally,
    protocol::{Protocol, Sides},
};
use maud::{Markup, html};

use super::{
    Page,
    chart::{Chart, round_up},
    quantity::{plain, short, span},
    series::{Series, Unit, Whose},
};
use crate::history::{History, View};

/// Protocols with charts of their own.
const CHARTS: usize = 12;

/// Rates in both directions.
struct Both {
    ingress: Series,
    egress: Series,
}

impl Both {
    fn of(view: &View, whose: Whose, unit: Unit) -> Self {
        let of = |direction| Series::of(view, whose, direction, unit);
        Self { ingress: of(Direction::Ingress), egress: of(Direction::Egress) }
    }

    fn peak(&self) -> f64 {
        self.ingress.peak().max(self.egress.peak())
    }
}

pub(super) fn section(page: &Page<'_>) -> Markup {
    let view = &page.view;
    let length = view.length();
    let all: Vec<(Protocol, &str)> = protocols(page).collect();
    let (seen, unseen): (Vec<_>, Vec<_>) = all.into_iter().partition(|(one, _)| volume(view, *one) > 0);
    let drawn = busiest(view, &seen);
    html! {
        section #traffic aria-labelledby="traffic-h" {
            h2 #traffic-h { "Traffic by protocol" }
            @if view.intervals.is_empty() {
                p { "The agent has only just begun to look: rates are known in a few seconds." }
            } @else {
                p.note {
                    "The last " (span(History::SPAN.min(length))) " on all interfaces, in steps of "
                    (History::PERIOD.as_secs()) " seconds. What comes in is drawn above the line, what goes out below it; numbers \
                     are the mean of the last minute."
                    @if length + History::PERIOD < History::SPAN { " Before that the agent was not there: shaded." }
                }
                div.totals { @for unit in Unit::ALL { (total(view, unit)) } }
                div.cards { @for (protocol, name) in &drawn { (card(view, *protocol, name)) } }
                @if drawn.len() < seen.len() {
                    p.note { (seen.len() - drawn.len()) " more protocols have less traffic: they are in the table." }
                }
                @if !unseen.is_empty() {
                    p.note {
                        "Nothing of "
                        @for (place, (_, name)) in unseen.iter().enumerate() {
                            @if place > 0 { ", " }
                            code { (name) }
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

/// Every protocol: those with a server, ICMP and those of the configuration before what is left over.
fn protocols<'p>(page: &'p Page<'_>) -> impl Iterator<Item = (Protocol, &'p str)> {
    let fixed = |wanted: fn(Protocol, Sides) -> bool| {
        Protocol::FIXED
            .iter()
            .filter(move |(one, _, sides)| wanted(*one, *sides))
            .map(|(one, name, _)| (*one, *name))
    };
    let is_icmp = |protocol| protocol == Protocol::ICMP || protocol == Protocol::ICMPV6;
    fixed(|_, sides| sides == Sides::Server)
        .chain(page.names.iter())
        .chain(fixed(|one, _| one == Protocol::ICMP || one == Protocol::ICMPV6))
        .chain(fixed(|_, sides| sides == Sides::NoServer).filter(move |(one, _)| !is_icmp(*one)))
}

fn volume(view: &View, protocol: Protocol) -> u64 {
    let tallies = view
        .intervals
        .iter()
        .flat_map(|interval| Direction::ALL.map(|direction| interval.tally(protocol, direction)));
    tallies.fold(0, |sum, Tally { bytes, .. }| sum.saturating_add(bytes))
}

/// Those that have charts, in their own order: what stands where does not change with every look.
fn busiest<'p>(view: &View, seen: &[(Protocol, &'p str)]) -> Vec<(Protocol, &'p str)> {
    let mut by_volume: Vec<_> = seen.iter().map(|(one, _)| (volume(view, *one), *one)).collect();
    by_volume.sort_by_key(|(volume, _)| std::cmp::Reverse(*volume));
    by_volume.truncate(CHARTS);
    let is_drawn = |protocol| by_volume.iter().any(|(_, one)| *one == protocol);
    seen.iter().copied().filter(|(one, _)| is_drawn(*one)).collect()
}

fn total(view: &View, unit: Unit) -> Markup {
    let both = Both::of(view, Whose::All, unit);
    let scale = round_up(both.peak());
    let id = match unit {
        Unit::Packets => "all-packets",
        Unit::Bits => "all-bits",
    };
    let chart = Chart {
        id: id.into(),
        whose: "All protocols",
        unit,
        ingress: &both.ingress,
        egress: &both.egress,
        scale,
    };
    html! {
        figure.total {
            figcaption {
                span.unit { (unit.label()) }
                (now(&both))
            }
            div.plot {
                div.scale aria-hidden="true" {
                    span { (plain(scale)) } span { "0" } span { (plain(scale)) }
                }
                (chart.draw())
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
            h3 { code { (name) } }
            @for unit in Unit::ALL {
                @let both = Both::of(view, Whose::Of(protocol), unit);
                @let chart = Chart {
                    id: format!("p{}-{}", protocol.index(), if unit == Unit::Bits { "b" } else { "p" }),
                    whose: name,
                    unit,
                    ingress: &both.ingress,
                    egress: &both.egress,
                    scale: both.peak(),
                };
                figure {
                    (chart.draw())
                    figcaption { span.unit { (unit.label()) } (now(&both)) }
                }
            }
        }
    }
}

fn now(both: &Both) -> Markup {
    html! {
        span.now { span.key.in {} "in " b { (short(both.ingress.now())) } }
        span.now { span.key.out {} "out " b { (short(both.egress.now())) } }
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
                                    th scope="rowgroup" rowspan="2" { code { (name) } }
                                }
                                th.plain scope="row" { (if direction == Direction::Ingress { "in" } else { "out" }) }
                                @for unit in Unit::ALL {
                                    @let series = Series::of(view, Whose::Of(*protocol), direction, unit);
                                    td.number { (short(series.now())) }
                                    td.number { (short(series.mean())) }
                                    td.number { (short(series.peak())) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
