// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counting does not depend on the agent: it is killed, restarted and detached while packets cross.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod detached;
mod everywhere;
mod folders;
mod ftp;
mod killed;
mod looked_at;
mod moved;
mod older;
#[path = "../support/other_layout.rs"]
mod other_layout;
mod pending;
mod refused;
mod rolling;
mod scene;
mod sources;
mod upgraded;
