//! Whatever is sent is counted once, and alike by every program and by the host.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy takes only functions that are marked for tests"
)]

mod ethernet;
mod frames;
mod raw_ip;
#[path = "../support/seen.rs"]
mod seen;
