//! Real clients talk to a real FTP server over TLS, where no announcement can be read: what the agents count
//! as data is what was data.

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

/// How a data connection is known: by the encrypted session of its hosts.
const INFERRED: &str = "inferred";
/// Or by what the control connection said in the clear.
const ANNOUNCED: &str = "announced";
