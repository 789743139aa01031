// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of ICMP messages by type and code.

use super::traffic::{number, total};
use crate::top::{
    board::Board,
    quantity::whole,
    table::{Cell, Column, Row, Table},
};

const COLUMNS: [Column; 7] = [
    Column::text("interface", 1),
    Column::text("direction", 3),
    Column::text("family", 2),
    Column::text("type", 0),
    Column::text("number", 4),
    Column::number("messages/s", 0),
    Column::number("messages", 1),
];

pub(super) const MESSAGES: usize = 5;

pub(super) fn table(board: &Board) -> Table {
    let mut rows = Vec::new();
    if let Some((_, sample)) = &board.latest {
        for (message, count) in &sample.icmp {
            let rate = board.rates.as_ref().and_then(|rates| rates.icmp.get(message)).copied();
            rows.push(Row {
                cells: vec![
                    Cell::Text(message.interface.to_string()),
                    Cell::Text(message.direction.to_string()),
                    Cell::Text(message.family.to_string()),
                    Cell::Text(message.name.to_string()),
                    Cell::Text(format!("{}/{}", message.kind, message.code)),
                    number(rate, whole),
                    total(*count),
                ],
                is_busy: rate.is_some_and(|rate| rate > 0.0),
                history: board.icmp.get(message).cloned(),
            });
        }
    }
    Table { columns: &COLUMNS, rows, has_history: true, empty: "no ICMP message so far".into() }
}
