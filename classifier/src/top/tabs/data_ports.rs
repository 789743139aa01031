// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of announced FTP data ports.

use super::sessions::age;
use crate::top::{
    board::Board,
    sample::Ftp,
    table::{Cell, Column, Row, Table},
};

const COLUMNS: [Column; 7] = [
    Column::text("data port", 0),
    Column::text("initiator", 1),
    Column::text("mode", 2),
    Column::text("command", 4),
    Column::text("evidence", 5),
    Column::text("state", 1),
    Column::number("age", 3),
];

pub(super) const AGE: usize = 6;

pub(super) fn table(board: &Board) -> Table {
    let ftp = board.latest.as_ref().map(|(_, sample)| &sample.ftp);
    let endpoints = ftp.and_then(|ftp| ftp.endpoints.as_ref());
    let rows = endpoints.into_iter().flatten().map(|one| Row {
        cells: vec![
            Cell::Text(one.owner.to_string()),
            Cell::Text(one.peer.to_string()),
            Cell::Text(one.mode.into()),
            Cell::Text(one.command.into()),
            Cell::Text(one.evidence.into()),
            Cell::Text(one.state.into()),
            age(one.age_seconds),
        ],
        is_busy: one.state == "connected",
        history: None,
    });
    let empty = match ftp {
        Some(Ftp { endpoints: None, announced_endpoints, connected_endpoints, .. }) => format!(
            "{announced_endpoints} announced and {connected_endpoints} connected; only the pinned maps list each of them: \
             run `classifier top` on that host"
        ),
        _ => "no FTP data port is known".into(),
    };
    Table { columns: &COLUMNS, rows: rows.collect(), has_history: false, empty }
}
