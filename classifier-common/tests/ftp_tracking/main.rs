//! The FTP tracking of the host's build, told as protocol traces: see `fixtures::ftp_traces`.
//!
//! Every case runs as it stands, on sequence numbers that wrap behind a VLAN tag, seen twice (as a router sees
//! each packet), and with the control connection's segments cut to single bytes, unless it says that it
//! cannot. What a trace does not say to have been counted must not have been.

mod exactness;
mod fragments;
mod handed_over;
mod traces;
