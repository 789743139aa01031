//! Section of ICMP: messages by type, and packets that errors quote.

use classifier_common::{
    abi::Direction,
    counter::Counters,
    icmp_types::{CellLabels, ERRORS, cells},
    protocol::Protocol,
    wire::Family,
};
use maud::{Markup, html};

use super::names::titled;
use crate::{protocol_names::ProtocolNames, snapshot::Snapshot, thousands::grouped};

/// Most kinds of messages that are shown.
const SHOWN: usize = 20;

pub(super) fn section(snapshot: &Snapshot, names: &ProtocolNames) -> Markup {
    let mut kinds: Vec<_> = cells()
        .enumerate()
        .map(|(index, cell)| {
            (cell, Direction::ALL.map(|direction| sum(snapshot, direction, |counters| counters.icmp[index])))
        })
        .filter(|(_, sides)| sides.iter().any(|number| *number > 0))
        .collect();
    kinds.sort_by_key(|(_, [ingress, egress])| std::cmp::Reverse(ingress.saturating_add(*egress)));
    let quoted = quoted(snapshot, names);
    html! {
        section #icmp aria-labelledby="icmp-h" {
            h2 #icmp-h { "ICMP" }
            @if kinds.is_empty() {
                p { "No ICMP message so far." }
            } @else {
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
                @if kinds.len() > SHOWN {
                    p.note { (kinds.len() - SHOWN) " less frequent kinds are in the metrics only." }
                }
            }
            @if !quoted.is_empty() {
                p {
                    "ICMP errors by the protocol of the packet that they quote: "
                    @for (place, (name, number)) in quoted.iter().take(SHOWN).enumerate() {
                        @if place > 0 { ", " }
                        (titled(name)) " (" (grouped(*number)) ")"
                    }
                    "."
                }
            }
        }
    }
}

fn row(cell: &CellLabels, [ingress, egress]: [u64; 2]) -> Markup {
    let number = |number: Option<u8>| number.map_or_else(|| "other".into(), |number| number.to_string());
    let family = if cell.family == Family::V4 { "IPv4" } else { "IPv6" };
    html! {
        tr {
            th.plain scope="row" { code { (cell.name) } }
            td { (family) }
            td.number { (number(cell.kind)) "/" (number(cell.code)) }
            td.number { (grouped(ingress)) }
            td.number { (grouped(egress)) }
        }
    }
}

/// Sums a number over all interfaces, in one direction.
fn sum(snapshot: &Snapshot, direction: Direction, of: impl Fn(&Counters) -> u64) -> u64 {
    let sides = snapshot.interfaces.iter().filter_map(|one| one.side(direction));
    sides.fold(0, |sum, counters| sum.saturating_add(of(counters)))
}

/// Counts quoted packets by protocol, the most frequent first.
fn quoted<'n>(snapshot: &Snapshot, names: &'n ProtocolNames) -> Vec<(&'n str, u64)> {
    let number = |protocol: Protocol| {
        let of = |counters: &Counters| {
            (0..ERRORS.len()).map(|error| counters.quoted[error][protocol.index()]).sum()
        };
        sum(snapshot, Direction::Ingress, of).saturating_add(sum(snapshot, Direction::Egress, of))
    };
    let numbers = names.all().map(|(protocol, name)| (name, number(protocol)));
    let mut quoted: Vec<_> = numbers.filter(|(_, number)| *number > 0).collect();
    quoted.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    quoted
}
