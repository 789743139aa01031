// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hosts, links and captures for tests on the real kernel.
//!
//! A host is a network namespace that only this process holds. Whatever ends the test, a panic or SIGKILL
//! too, removes the host, its links and everything attached to them. Nothing has a name outside, so that any
//! number of runs may run in parallel. Everything panics on failure: it serves tests.
#![expect(clippy::missing_panics_doc, reason = "a test support crate: every function panics where it fails")]

mod agent;
mod browser;
mod capture;
pub mod firewalls;
mod frames;
mod host;
mod kernel;
mod lab;
mod machine;
mod metrics;
mod netlink;
mod other_pins;
mod pins;
mod quiet;
mod running;
mod segment;
pub mod servers;
mod talk;
mod time;
mod tun;

pub use agent::Agent;
pub use browser::Browser;
pub use capture::{Capture, Packet, now};
pub use frames::FrameSocket;
pub use host::{Host, Traffic};
pub use kernel::{attached_in, left_behind};
pub use lab::{End, Lab};
pub use machine::{Machine, System};
pub use metrics::{Sample, Samples};
pub use pins::{Pins, without_bpffs};
pub use quiet::wait_until_quiet;
pub use running::{Running, run};
pub use segment::Segment;
pub use talk::converse;
pub use time::ahead;
pub use tun::Tun;
