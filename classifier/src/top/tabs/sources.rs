// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tab of the peers of connections, and their outcomes.

use std::{collections::HashSet, time::Duration};

use ipnet::IpNet;

use super::{sessions::age, traffic::total};
use crate::{
    snapshot::Age,
    top::{
        board::Board,
        sample::{Listing, Peer},
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
    let (listed, empty) = read(sources, "no connection with an outcome so far");
    let hosts = alone(listed);
    let shown = listed.iter().filter(|one| !hosts.contains(&Connections::of(one, &one.prefix)));
    let rows = shown.map(|one| {
        let words = [&one.prefix[..], &one.direction, &one.protocol, &one.outcome];
        row(&words, [one.count, one.overcount], one.last_seen_seconds)
    });
    Table { columns: &COLUMNS, rows: rows.collect(), has_history: false, empty: empty.into() }
}

/// Returns the entries of a list, and the text for a table without rows.
pub(super) fn read<'l, T>(listing: Option<&'l Listing<T>>, none: &'static str) -> (&'l [T], &'l str) {
    match listing {
        Some(Listing::Listed(listed)) => (listed, none),
        Some(Listing::Untold(reason)) => (&[], reason),
        Some(Listing::Unasked) | None => {
            (&[], "not read yet: connections are read only while their tab is open and not paused")
        }
    }
}

/// Makes the row of an estimate: its words, its bounds and the age of its last connection.
pub(super) fn row(words: &[&str], [count, overcount]: [u64; 2], last_seen: Option<Age>) -> Row {
    let mut cells: Vec<_> = words.iter().map(|word| Cell::Text((*word).to_owned())).collect();
    let last = last_seen.map_or_else(|| Cell::Number(None, "-".into()), long);
    cells.extend([total(count), total(count.saturating_sub(overcount)), last]);
    Row { cells, is_busy: last_seen.is_none_or(|age| age.seconds() < RECENT), history: None }
}

/// Connections of a prefix, which a network has in common with its only host.
#[derive(PartialEq, Eq, Hash)]
struct Connections<'p> {
    prefix: String,
    of: [&'p str; 3],
    count: u64,
}

impl<'p> Connections<'p> {
    fn of(peer: &'p Peer, prefix: &str) -> Self {
        let Peer { direction, protocol, outcome, count, .. } = peer;
        Self { prefix: prefix.to_owned(), of: [&**direction, &**protocol, &**outcome], count: *count }
    }
}

/// Returns the networks with all connections of one host: such a network is not shown beside its host.
fn alone(listed: &[Peer]) -> HashSet<Connections<'_>> {
    let network = |host: &Peer| {
        let host: IpNet = host.prefix.parse().ok()?;
        let length = if matches!(host, IpNet::V4(_)) { 24 } else { 64 };
        let is_host = host.prefix_len() == host.max_prefix_len();
        is_host.then(|| IpNet::new(host.addr(), length).ok().map(|network| network.trunc().to_string()))?
    };
    listed.iter().filter_map(|host| Some(Connections::of(host, &network(host)?))).collect()
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
