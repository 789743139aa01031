//! What `classifier report` says should pass, enforced by the kernel.

mod conversations;
mod enforced;
mod generated;
mod rulesets;
mod scene;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
