//! The agent holds little power: it does all that it promises in its sandbox, and what it gave up is gone.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod attaching;
mod fork;
mod held;
mod inside;
mod ordinary_user;
mod promises;
mod trials;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
