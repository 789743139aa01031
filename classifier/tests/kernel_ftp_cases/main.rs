// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The traces of the FTP tracking (`classifier_common::fixtures::ftp_traces`), frame by frame through the
//! loaded programs by `BPF_PROG_TEST_RUN`.
//!
//! After each frame all counters of a program equal those of the userspace build and of the trace. At a
//! trace's end, so do tallies, endpoints and sessions. Every case runs in each of its variants.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod agreement;
#[path = "../support/first_part.rs"]
mod first_part;
mod forgetting;
#[path = "../support/ftp_network/mod.rs"]
mod ftp_network;
mod hook;
mod pairs;
mod redacted;
mod reference;
mod traces;
mod world;
