//! The agent's half of the FTP tracking, told as protocol traces: what the programs could not take in order is
//! completed by the agent, and what is over ends. How a trace reads stands in `trace.rs`.
//!
//! The programs' half runs in this process's memory, and its events reach the agent as they would through the
//! ring buffer. After every statement, the endpoints in the table are those that were learned and not removed,
//! and the port table counts them; long after the end of a trace, nothing is left to wait for.

use classifier_common::fixtures::ftp_traces::{connection, network, statement};

mod numbers;
mod run;
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
