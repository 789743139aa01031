//! The agent's half of the FTP tracking, told as protocol traces: what the programs could not take in order is
//! completed by the agent, and what is over ends. How a trace reads stands in `trace.rs`.
//!
//! The programs' half runs in this process's memory, and its events reach the agent as they would through the
//! ring buffer. After every statement, the endpoints in the table are those that were learned and not removed,
//! and the port table counts them; long after the end of a trace, nothing is left to wait for.

#[path = "../../../classifier-common/tests/ftp_tracking/connection.rs"]
mod connection;
#[path = "../../../classifier-common/tests/ftp_tracking/network.rs"]
mod network;
mod numbers;
mod run;
#[path = "../../../classifier-common/tests/ftp_tracking/statement.rs"]
mod statement;
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
