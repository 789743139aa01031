// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Classification of packets: parsing, tracking and counting.
//!
//! One implementation serves the kernel programs, the agent, the offline reader, the tests and the fuzzers.
//! This crate sees no raw pointer, clock, map or allocator.
#![cfg_attr(not(any(test, feature = "host")), no_std)]
#![deny(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![expect(clippy::inline_always, reason = "a call in the kernel program costs as much as the work it does")]

pub mod abi;
pub mod address;
pub mod assigned_port;
pub mod classify;
pub mod connection;
pub mod control;
pub mod counter;
pub mod dry_run;
pub mod endpoint;
pub mod evidence;
pub mod fast_path;
#[cfg(feature = "fixtures")]
pub mod fixtures;
pub mod flow;
pub mod fragment;
pub mod ftp;
#[cfg(feature = "host")]
pub mod host;
pub mod icmp_types;
pub mod label;
pub mod location;
pub mod outcome;
mod packed;
pub mod packet;
#[cfg(feature = "user")]
mod pod;
pub mod ports;
pub mod protocol;
mod quote;
pub mod segments;
pub mod session;
pub mod stop;
pub mod table;
pub mod tables;
pub mod track;
pub mod transport;
pub mod view;
pub mod wire;
