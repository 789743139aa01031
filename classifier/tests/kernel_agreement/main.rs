// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel programs and the userspace build agree on every fixture.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

#[path = "../support/as_run.rs"]
mod as_run;
#[path = "../support/first_part.rs"]
mod first_part;
mod harness;
mod linear_part;
mod real_interface;
#[path = "../support/seen.rs"]
mod seen;
mod shared_place;
mod sources;
