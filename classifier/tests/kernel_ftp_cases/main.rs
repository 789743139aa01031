//! The traces of the FTP tracking (`classifier_common::fixtures::ftp_traces`), frame by frame through the loaded
//! programs by `BPF_PROG_TEST_RUN`.
//!
//! After each frame a program has counted what the host's build says of it, to the last counter, and what the
//! trace states; at a trace's end its tallies, endpoints and sessions are the host's. Nothing is left out: every
//! case runs in each of its variants.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod agreement;
mod forgetting;
mod hook;
mod traces;
mod world;
