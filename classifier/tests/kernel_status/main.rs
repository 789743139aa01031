//! `classifier status`, from another process: what it says of a transfer that goes on, and of agents on other
//! hosts. Other agents may run on this machine: only those of the tests are looked at.

mod agents;
mod filters;
mod pinned;
mod shown;
mod svg;
mod top;
mod top_images;
mod top_sources;
mod top_terminal;
mod transfer;
