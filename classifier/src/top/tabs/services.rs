// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of the connections to ports that no protocol has, and their outcomes.

use super::sources::{read, row};
use crate::top::{
    board::Board,
    table::{Column, Table},
};

const COLUMNS: [Column; 7] = [
    Column::text("port", 0),
    Column::text("name", 1),
    Column::text("direction", 2),
    Column::text("outcome", 0),
    Column::number("at most", 0),
    Column::number("at least", 4),
    Column::number("last seen", 3),
];

pub(super) const AT_MOST: usize = 4;

pub(super) fn table(board: &Board) -> Table {
    let services = board.latest.as_ref().map(|(_, sample)| &sample.services);
    let (listed, empty) = read(services, "no connection to a port without a protocol so far");
    let rows = listed.iter().map(|one| {
        let port = format!("{}/{}", one.transport, one.port);
        let words = [&port, one.name.as_deref().unwrap_or("-"), &one.direction, &one.outcome];
        row(&words, [one.count, one.overcount], one.last_seen_seconds)
    });
    Table { columns: &COLUMNS, rows: rows.collect(), has_history: false, empty: empty.into() }
}
