// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Real clients talk to a real FTP server over TLS, where announcements cannot be read: the agents count
//! exactly the data as data.

mod clients;
mod conversation;
mod counts;
mod network;
mod observation;
mod other_connections;
mod segment;
mod transfers;
mod truth;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Evidence from the encrypted session of the hosts.
const INFERRED: &str = "inferred";
/// Evidence from a clear-text control connection.
const ANNOUNCED: &str = "announced";
