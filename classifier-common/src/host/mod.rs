//! The kernel's surroundings in user space: for the offline reader, the tests and the fuzzers.

mod endpoints;
mod event;
mod payload;
mod rates;
mod tables;
mod tracking;
mod world;

pub use self::{event::Event, tables::HostTables, tracking::HostTracking};
