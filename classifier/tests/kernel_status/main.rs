// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier status`, from another process: its report of a running transfer, and of agents on other hosts.
//! Other agents may run on this machine: only those of the tests are compared.

mod agents;
mod filters;
mod pinned;
#[path = "../support/refused.rs"]
mod refused;
mod shown;
#[cfg(feature = "top")]
mod svg;
#[cfg(feature = "top")]
mod top;
#[cfg(feature = "top")]
mod top_images;
#[cfg(feature = "top")]
mod top_sources;
#[cfg(feature = "top")]
mod top_terminal;
mod transfer;
mod unnamed;
