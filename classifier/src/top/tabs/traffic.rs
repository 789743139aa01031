// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of rates by interface, direction, protocol and role.

use crate::{
    thousands::grouped,
    top::{
        board::Board,
        quantity::{short, whole},
        table::{Cell, Column, Row, Table},
    },
};

const COLUMNS: [Column; 8] = [
    Column::text("interface", 0),
    Column::text("direction", 2),
    Column::text("protocol", 0),
    Column::text("role", 3),
    Column::number("packets/s", 0),
    Column::number("bit/s", 1),
    Column::number("packets", 4),
    Column::number("bytes", 5),
];

pub(super) const PACKETS: usize = 4;

/// Makes rows of everything that was ever counted.
pub(super) fn table(board: &Board) -> Table {
    let mut rows = Vec::new();
    if let Some((_, sample)) = &board.latest {
        for (flow, tally) in sample.traffic.iter().filter(|(_, tally)| tally.packets > 0) {
            let rate = board.rates.as_ref().and_then(|rates| rates.traffic.get(flow)).copied();
            rows.push(Row {
                cells: vec![
                    Cell::Text(flow.interface.to_string()),
                    Cell::Text(flow.direction.to_string()),
                    Cell::Text(flow.protocol.to_string()),
                    Cell::Text(flow.role.to_string()),
                    number(rate.map(|rate| rate.packets), whole),
                    number(rate.map(|rate| rate.bits), short),
                    total(tally.packets),
                    total(tally.bytes),
                ],
                is_busy: rate.is_some_and(|rate| rate.packets > 0.0),
                history: board.traffic.get(flow).cloned(),
            });
        }
    }
    Table { columns: &COLUMNS, rows, has_history: true, empty: "no packet so far".into() }
}

/// Makes a cell of a rate.
pub(super) fn number(rate: Option<f64>, written: fn(f64) -> String) -> Cell {
    Cell::Number(rate, rate.map_or_else(|| "-".into(), written))
}

/// Makes a cell of a count.
pub(super) fn total(count: u64) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "to be sorted by")]
    Cell::Number(Some(count as f64), grouped(count))
}
