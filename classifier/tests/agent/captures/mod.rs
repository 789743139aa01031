// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests of `classifier pcap` with generated files.

mod broken;
mod changed;
mod command;
mod formats;
mod links;
mod output;
mod progress;
mod spoken;
mod uncut;
mod versions;
