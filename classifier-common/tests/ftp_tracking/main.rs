//! The FTP tracking, told as protocol traces: what was said and sent, what each packet is then taken for,
//! and what was counted. How a trace reads stands in `trace.rs`.
//!
//! Every case runs as it stands, on sequence numbers that wrap behind a VLAN tag, seen twice (as a router sees
//! each packet), and with the control connection's segments cut to single bytes, unless it says that it
//! cannot. What a trace does not say to have been counted must not have been.

mod connection;
mod data;
mod expectation;
mod network;
mod run;
mod statement;
mod trace;
mod world;

mod cases {
    mod active;
    mod announced_elsewhere;
    mod capacity;
    mod clear_again;
    mod encrypted;
    mod ended;
    mod exactness;
    mod fragments;
    mod handed_over;
    mod hostile;
    mod lifetime;
    mod lines;
    mod one_way;
    mod out_of_order;
    mod passive;
    mod picked_up;
    mod spoofed;
    mod superseded;
    mod transport;
}
