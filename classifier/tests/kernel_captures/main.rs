// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Captures of others, and captures of real servers: `classifier pcap` classifies every packet as tshark's
//! dissection implies, and the loaded XDP program as the userspace build does.

mod announced;
#[path = "../support/capture_files.rs"]
mod capture_files;
mod classes;
mod command;
mod headers;
mod packet;
mod public;
mod real_servers;
mod rulesets;
mod same_in_kernel;
mod truth;
mod tshark;
