//! The kernel's programs and the host's build say the same of every fixture.

mod harness;
mod linear_part;
mod real_interface;
#[path = "../support/seen.rs"]
mod seen;
