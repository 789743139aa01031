// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of the decisions of a policy's dry run.

use super::traffic::{number, total};
use crate::top::{
    board::Board,
    quantity::whole,
    table::{Cell, Column, Row, Table},
};

const COLUMNS: [Column; 6] = [
    Column::text("rule", 0),
    Column::text("verdict", 0),
    Column::text("interface", 1),
    Column::text("direction", 2),
    Column::number("packets/s", 0),
    Column::number("packets", 1),
];

pub(super) const PACKETS: usize = 4;

pub(super) fn table(board: &Board) -> Table {
    let decisions = board.latest.iter().flat_map(|(_, sample)| &sample.policy);
    let rows = decisions.map(|(decision, count)| {
        let rate = board.rates.as_ref().and_then(|rates| rates.policy.get(decision)).copied();
        let words = [&decision.rule, &decision.verdict, &decision.interface, &decision.direction];
        let mut cells: Vec<_> = words.map(|word| Cell::Text(word.to_string())).into();
        cells.extend([number(rate, whole), total(*count)]);
        Row { cells, is_busy: rate.is_some_and(|rate| rate > 0.0), history: None }
    });
    let empty = "no policy has decided on a packet; `classifier run --policy FILE` evaluates one";
    Table { columns: &COLUMNS, rows: rows.collect(), has_history: false, empty: empty.into() }
}
