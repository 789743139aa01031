// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of FTP control connections.

use crate::{
    snapshot::Age,
    top::{
        board::Board,
        sample::Ftp,
        table::{Cell, Column, Row, Table},
    },
};

const COLUMNS: [Column; 5] = [
    Column::text("client", 0),
    Column::text("server", 1),
    Column::text("control", 2),
    Column::number("age", 0),
    Column::number("idle", 1),
];

pub(super) const AGE: usize = 3;

pub(super) fn table(board: &Board) -> Table {
    let ftp = board.latest.as_ref().map(|(_, sample)| &sample.ftp);
    let sessions = ftp.and_then(|ftp| ftp.sessions.as_ref());
    let rows = sessions.into_iter().flatten().map(|one| Row {
        cells: vec![
            Cell::Text(one.client.to_string()),
            Cell::Text(one.server.to_string()),
            Cell::Text(one.control.into()),
            age(one.age_seconds),
            age(one.idle_seconds),
        ],
        is_busy: true,
        history: None,
    });
    let empty = match ftp {
        Some(Ftp { sessions: None, clear_sessions, encrypted_sessions, .. }) => format!(
            "{clear_sessions} in clear text and {encrypted_sessions} encrypted; only the pinned maps list each of them: \
             run `classifier top` on that host"
        ),
        _ => "no FTP control connection is tracked".into(),
    };
    Table { columns: &COLUMNS, rows: rows.collect(), has_history: false, empty }
}

/// Makes a cell of an age.
pub(super) fn age(age: Age) -> Cell {
    Cell::Number(Some(age.seconds()), age.to_string())
}
