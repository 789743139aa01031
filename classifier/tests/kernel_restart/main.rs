//! Counting does not depend on the agent: killed, restarted and taken away, while packets cross.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod detached;
mod everywhere;
mod folders;
mod ftp;
mod killed;
mod looked_at;
mod moved;
mod pending;
mod rolling;
mod scene;
mod sources;
mod upgraded;
