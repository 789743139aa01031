// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP tracking of the userspace build on protocol traces: see `fixtures::ftp_traces`.
//!
//! Every case runs in four variants, unless it excludes one: as written, with sequence numbers that wrap and a VLAN
//! tag, with repeated packets (as a router sees them), and with control segments cut to single bytes. Counts that a
//! trace does not name must be zero.

mod acknowledged;
mod exactness;
mod forwarded;
mod fragments;
mod stamped;
mod traces;
