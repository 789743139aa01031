// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes one sample: as aligned columns for people, and as an object for programs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::{
    board::Board,
    sample::{Decision, Flow, Ftp, Hooks, Message, OtherService, Peer, Tally},
    table::{Order, Table},
    tabs::Tab,
    word::Word,
};
use crate::columns::Columns;

/// One sample as an object. Its keys are stable; more may be added.
#[derive(Debug, Serialize)]
pub struct Report<'b> {
    /// Seconds since the epoch.
    at: f64,
    /// Name of the source.
    source: &'b str,
    /// Time that the rates cover; `null` if there are no rates.
    elapsed_seconds: Option<f64>,
    /// Reason why the source could not be read; `null` if it could. There are no counts then.
    error: Option<&'b str>,
    interfaces: Vec<Interface<'b>>,
    traffic: Vec<Traffic<'b>>,
    icmp: Vec<Icmp<'b>>,
    policy: Vec<Decided<'b>>,
    ftp: Option<&'b Ftp>,
    /// The largest peers of each kind; `null` if unknown.
    sources: Option<&'b [Peer]>,
    /// The largest other services of each kind; `null` if unknown.
    services: Option<&'b [OtherService]>,
    maps: Vec<Fill<'b>>,
    problems: &'b [String],
}

#[derive(Debug, Serialize)]
struct Interface<'b> {
    name: &'b Word,
    #[serde(flatten)]
    hooks: &'b Hooks,
}

#[derive(Debug, Serialize)]
struct Traffic<'b> {
    #[serde(flatten)]
    flow: &'b Flow,
    #[serde(flatten)]
    tally: Tally,
    packets_per_second: Option<f64>,
    bits_per_second: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Icmp<'b> {
    #[serde(flatten)]
    message: &'b Message,
    messages: u64,
    messages_per_second: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Decided<'b> {
    #[serde(flatten)]
    decision: &'b Decision,
    packets: u64,
    packets_per_second: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Fill<'b> {
    map: &'b str,
    entries: u64,
    capacity: u64,
}

impl<'b> Report<'b> {
    /// Builds the object from the data of a source.
    #[must_use]
    pub fn of(board: &'b Board, source: &'b str, at: SystemTime) -> Self {
        let error = board.failure.as_ref().map(|(_, reason)| reason.as_str());
        let sample = board.latest.as_ref().map(|(_, sample)| sample).filter(|_| error.is_none());
        let rates = board.rates.as_ref();
        let traffic = sample.into_iter().flat_map(|sample| &sample.traffic).map(|(flow, tally)| {
            let rate = rates.and_then(|rates| rates.traffic.get(flow));
            Traffic {
                flow,
                tally: *tally,
                packets_per_second: rate.map(|rate| rate.packets),
                bits_per_second: rate.map(|rate| rate.bits),
            }
        });
        let icmp = sample.into_iter().flat_map(|sample| &sample.icmp).map(|(message, messages)| Icmp {
            message,
            messages: *messages,
            messages_per_second: rates.and_then(|rates| rates.icmp.get(message)).copied(),
        });
        let policy =
            sample.into_iter().flat_map(|sample| &sample.policy).map(|(decision, packets)| Decided {
                decision,
                packets: *packets,
                packets_per_second: rates.and_then(|rates| rates.policy.get(decision)).copied(),
            });
        let maps = sample.into_iter().flat_map(|sample| &sample.maps);
        let interfaces = sample.into_iter().flat_map(|sample| &sample.interfaces);
        Self {
            at: at.duration_since(UNIX_EPOCH).as_ref().map_or(0.0, Duration::as_secs_f64),
            source,
            elapsed_seconds: rates.filter(|_| error.is_none()).map(|rates| rates.elapsed.as_secs_f64()),
            error,
            interfaces: interfaces.map(|(name, hooks)| Interface { name, hooks }).collect(),
            traffic: traffic.collect(),
            icmp: icmp.collect(),
            policy: policy.collect(),
            ftp: sample.map(|sample| &sample.ftp),
            sources: sample.and_then(|sample| sample.sources.listed()),
            services: sample.and_then(|sample| sample.services.listed()),
            maps: maps
                .map(|(map, (entries, capacity))| Fill { map, entries: *entries, capacity: *capacity })
                .collect(),
            problems: sample.map_or(&[], |sample| &sample.problems),
        }
    }

    /// Writes the object on one line.
    ///
    /// # Errors
    ///
    /// Never, as the serializer sees only strings and numbers.
    pub fn line(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// Writes the tabs that have rows, each as a table, after the problems.
#[must_use]
pub fn text(board: &Board) -> String {
    let mut text = String::new();
    let Some((_, sample)) = &board.latest else { return text };
    for problem in &sample.problems {
        text.extend(["problem: ", &plain(problem), "\n"]);
    }
    for tab in Tab::ALL {
        let table = tab.table(board).arranged("", Order { column: tab.first_order(), is_reversed: false });
        // Only the first tab says that it is empty.
        if table.rows.is_empty() && tab != Tab::ALL[0] {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        write(&table, &mut text);
    }
    text
}

fn write(table: &Table, text: &mut String) {
    if table.rows.is_empty() {
        text.extend([&table.empty, "\n"]);
        return;
    }
    let titles = table
        .columns
        .iter()
        .map(|column| format!("{}{}", if column.is_number { ">" } else { "" }, column.title));
    let mut columns = Columns::titled(titles);
    for row in &table.rows {
        columns.add(row.cells.iter().map(|cell| plain(cell.text())).collect());
    }
    columns.write(text);
}

/// Replaces control characters, which a terminal obeys: an interface's name may have anything but blanks and
/// slashes (`dev_valid_name`).
fn plain(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '?' } else { char }).collect()
}
