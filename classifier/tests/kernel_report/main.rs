//! The kernel enforces the rulesets of `classifier report`.

mod conversations;
mod enforced;
mod generated;
mod rulesets;
mod scene;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
