//! Tab of the peers of connections, and their outcomes.

use std::time::Duration;

use super::{sessions::age, traffic::total};
use crate::{
    snapshot::Age,
    top::{
        board::Board,
        sample::Sources,
        table::{Cell, Column, Row, Table},
    },
};

const COLUMNS: [Column; 7] = [
    Column::text("peer", 0),
    Column::text("direction", 2),
    Column::text("protocol", 1),
    Column::text("outcome", 0),
    Column::number("at most", 0),
    Column::number("at least", 4),
    Column::number("last seen", 3),
];

pub(super) const AT_MOST: usize = 4;

/// Seconds for which a seen peer counts as busy.
const RECENT: f64 = 2.0;

pub(super) fn table(board: &Board) -> Table {
    let sources = board.latest.as_ref().map(|(_, sample)| &sample.sources);
    let (listed, empty) = match sources {
        Some(Sources::Listed(listed)) => (&listed[..], "no connection with an outcome so far"),
        Some(Sources::Untold(reason)) => (&[][..], &reason[..]),
        Some(Sources::Unasked) | None => {
            (&[][..], "not read yet: sources are read only while this tab is open and not paused")
        }
    };
    let rows = listed.iter().map(|one| Row {
        cells: vec![
            Cell::Text(one.prefix.clone()),
            Cell::Text(one.direction.to_string()),
            Cell::Text(one.protocol.to_string()),
            Cell::Text(one.outcome.to_string()),
            total(one.count),
            total(one.count.saturating_sub(one.overcount)),
            one.last_seen_seconds.map_or_else(|| Cell::Number(None, "-".into()), long),
        ],
        is_busy: one.last_seen_seconds.is_none_or(|age| age.seconds() < RECENT),
        history: None,
    });
    Table { columns: &COLUMNS, rows: rows.collect(), has_history: false, empty: empty.into() }
}

/// Writes an age in its two largest units: it may be days.
fn long(ago: Age) -> Cell {
    const MINUTE: f64 = 60.0;
    if ago.seconds() < MINUTE {
        return age(ago);
    }
    let time = Duration::try_from_secs_f64(ago.seconds().trunc()).unwrap_or(Duration::MAX);
    let units = humantime::format_duration(time).to_string();
    let largest: Vec<_> = units.split_whitespace().take(2).collect();
    Cell::Number(Some(ago.seconds()), largest.join(" "))
}
