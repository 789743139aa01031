//! Captures that nobody here made, and those of real servers: `classifier pcap` says of every packet what tshark's
//! dissection comes to, and the loaded XDP program what the host's build does.

mod announced;
#[path = "../support/capture_files.rs"]
mod capture_files;
mod classes;
mod command;
mod headers;
mod packet;
mod public;
mod real_servers;
mod same_in_kernel;
mod truth;
mod tshark;
