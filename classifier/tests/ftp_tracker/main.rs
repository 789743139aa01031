// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent's half of the FTP tracking, as protocol traces. The agent completes out-of-order segments, and
//! removes expired entries. `trace.rs` has the grammar of traces.
//!
//! The programs' half runs in this process's memory, and its events reach the agent as through the ring
//! buffer. After every statement, the table has the endpoints that were learned and not removed, and the port
//! table counts them; long after the end of a trace, nothing is pending.

use classifier_common::fixtures::ftp_traces::{connection, network, statement};

#[path = "../support/ftp_network/mod.rs"]
mod ftp_network;
mod numbers;
mod reference;
mod run;
mod stall;
mod table;
mod trace;
mod world;

mod cases {
    mod bounds;
    mod ends;
    mod given_up;
    mod out_of_order;
    mod overlaps;
    mod passed_over;
    mod superseded;
}
