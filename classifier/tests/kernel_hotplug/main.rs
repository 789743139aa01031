//! Interfaces come and go, are renamed, stacked and taken over: what is attached follows, and no count is lost.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod churn;
mod comings;
mod crowd;
mod kept;
mod library;
mod node;
mod overrun;
mod retention;
mod stacked;
mod taken;
