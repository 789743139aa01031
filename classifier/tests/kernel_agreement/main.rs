//! The kernel's programs and the host's build say the same of every fixture.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod harness;
mod linear_part;
mod real_interface;
#[path = "../support/seen.rs"]
mod seen;
mod shared_place;
mod sources;
