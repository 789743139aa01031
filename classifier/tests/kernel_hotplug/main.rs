// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces come and go, are renamed, stacked and taken over: attachments follow, and no count is lost.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod churn;
mod comings;
mod crowd;
mod descriptors;
mod kept;
mod library;
mod moved;
mod node;
mod overrun;
mod readiness;
mod retention;
mod sequences;
mod stacked;
mod steps;
mod swapped;
mod taken;
