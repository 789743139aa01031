// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections from a SYN to their outcome, and the encryption of sessions of protocols that carry passwords.
//!
//! A connection has an entry of a [table](crate::table) between its SYN and its outcome. A followed session
//! keeps its entry until its encryption is decided. A finished entry lingers, so that retransmissions find it
//! and begin no new connection. Results are put into a [`ConnReport`], at most one per packet, which the
//! caller counts.

mod begin;
mod counts;
mod entry;
mod event;
mod expire;
mod key;
mod rejection;
mod report;
mod state;
mod step;
mod table;
#[cfg(test)]
mod tagged_table;
#[cfg(test)]
mod tags_tests;
mod transition;

pub use self::{
    counts::{Handshakes, ROWS, row, rows},
    entry::{BUCKETS, Connection, ENTRIES, IDLE, LINGER, TIMEOUT, WAYS, bucket_of, units},
    event::{ConnEvent, ConnEventKind, concerns, is_of_client},
    expire::expire,
    key::{FlowKey, HookPoint, Speech},
    rejection::rejects,
    report::{ConnReport, Encryption, Ending, Step},
    state::{ConnState, PackedConnection},
    step::{STEPS, step},
    table::{ConnTable, Tags, find, inspects, may_be},
};
