// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Section of ICMP: errors by the service that they quote, and messages by type.

use std::cmp::Reverse;

use classifier_common::{
    abi::Direction,
    counter::Counters,
    icmp_types::{CellLabels, ERRORS, cells},
    protocol::PROTOCOLS,
    wire::Family,
};
use maud::{Markup, html};

use super::{Page, names::titled, totals::Totals};
use crate::thousands::grouped;

/// Most kinds of messages that are shown.
const SHOWN: usize = 20;

pub(super) fn section(page: &Page<'_>, totals: &Totals) -> Markup {
    let mut kinds: Vec<_> = cells()
        .enumerate()
        .map(|(index, cell)| (cell, sides(totals, |counters| counters.icmp[index])))
        .filter(|(_, sides)| total(sides) > 0)
        .collect();
    kinds.sort_by_key(|(_, sides)| Reverse(total(sides)));
    let errors = errors(page, totals);
    html! {
        section #icmp aria-labelledby="icmp-h" {
            h2 #icmp-h { "ICMP" }
            @if kinds.is_empty() {
                p { "No ICMP message so far." }
            } @else {
                @if !errors.is_empty() { (error_table(&errors)) }
                (message_table(&kinds))
            }
        }
    }
}

/// Writes the errors by the service whose packet they quote.
fn error_table(errors: &[Quoting<'_>]) -> Markup {
    html! {
        div.wide role="region" aria-label="ICMP errors" tabindex="0" {
            table {
                caption { "Errors by the service of the packet that they quote, most frequent first" }
                thead {
                    tr {
                        th scope="col" { "Quoted service" }
                        th scope="col" { "Error" }
                        th scope="col" { "Family" }
                        th.number scope="col" { "In" }
                        th.number scope="col" { "Out" }
                    }
                }
                tbody {
                    @for Quoting { label, error, family, sides } in errors.iter().take(SHOWN) {
                        tr {
                            th scope="row" { (titled(label)) }
                            td { code { (error) } }
                            td { (family_name(*family)) }
                            @for side in sides { td.number { (grouped(*side)) } }
                        }
                    }
                }
            }
        }
        (left_out(errors.len()))
    }
}

fn message_table(kinds: &[(CellLabels, Sides)]) -> Markup {
    html! {
        table {
            caption { "Messages since the counters started, most frequent first" }
            thead {
                tr {
                    th scope="col" { "Message" }
                    th scope="col" { "Family" }
                    th.number scope="col" { "Type/code" }
                    th.number scope="col" { "In" }
                    th.number scope="col" { "Out" }
                }
            }
            tbody { @for (cell, sides) in kinds.iter().take(SHOWN) { (row(cell, *sides)) } }
        }
        (left_out(kinds.len()))
    }
}

fn left_out(all: usize) -> Markup {
    html! { @if all > SHOWN { p.note { (all - SHOWN) " less frequent kinds are in the metrics only." } } }
}

fn row(cell: &CellLabels, sides: Sides) -> Markup {
    let number = |number: Option<u8>| number.map_or_else(|| "other".into(), |number| number.to_string());
    html! {
        tr {
            th.plain scope="row" { code { (cell.name) } }
            td { (family_name(cell.family)) }
            td.number { (number(cell.kind)) "/" (number(cell.code)) }
            @for side in sides { td.number { (grouped(side)) } }
        }
    }
}

const fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

/// Numbers by direction, as in [`Direction::ALL`].
type Sides = [u64; Direction::ALL.len()];

fn total(sides: &Sides) -> u64 {
    sides.iter().fold(0, |sum, side| sum.saturating_add(*side))
}

/// Sums a number over the interfaces, by direction.
fn sides(totals: &Totals, of: impl Fn(&Counters) -> u64) -> Sides {
    let mut sums = Sides::default();
    for (direction, counters) in totals.sides() {
        let sum = &mut sums[direction as usize];
        *sum = sum.saturating_add(of(counters));
    }
    sums
}

/// Returns the name of an ICMP type.
fn type_name(family: Family, kind: u8) -> &'static str {
    let of_type = |cell: &CellLabels| (cell.family, cell.kind) == (family, Some(kind));
    cells().find(of_type).map_or("other", |cell| cell.name)
}

/// Errors of a type that quote packets of a service.
struct Quoting<'p> {
    label: &'p str,
    error: &'static str,
    family: Family,
    sides: Sides,
}

/// Sums the errors by quoted service and type, the most frequent first.
fn errors<'p>(page: &'p Page<'_>, totals: &Totals) -> Vec<Quoting<'p>> {
    let mut sums = [[Sides::default(); PROTOCOLS]; ERRORS.len()];
    for (direction, counters) in totals.sides() {
        for (sums, counts) in sums.iter_mut().zip(&counters.quoted) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| sum[direction as usize] += count);
        }
    }
    let all = ERRORS.iter().zip(&sums).flat_map(|((family, kind), sums)| {
        let error = type_name(*family, *kind);
        page.names.all().map(move |(protocol, label)| Quoting {
            label,
            error,
            family: *family,
            sides: sums[protocol.index()],
        })
    });
    let mut errors: Vec<_> = all.filter(|one| total(&one.sides) > 0).collect();
    errors.sort_by_key(|one| Reverse(total(&one.sides)));
    errors
}
