//! What a packet is, how it is judged and what is counted.
//!
//! One implementation serves the kernel programs, the agent, the offline reader, the tests and the
//! fuzzers. Nothing here sees a raw pointer, a clock, a map or an allocator.
#![cfg_attr(not(any(test, feature = "host")), no_std)]
#![deny(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![expect(clippy::inline_always, reason = "a call in the kernel program costs as much as the work it does")]

pub mod abi;
pub mod classify;
pub mod commonest;
mod commonest_upper;
pub mod connection;
pub mod control;
pub mod counter;
pub mod endpoint;
pub mod evidence;
pub mod family;
mod first_fragment;
#[cfg(feature = "fixtures")]
pub mod fixtures;
pub mod fragment;
pub mod ftp;
#[cfg(feature = "host")]
pub mod host;
pub mod icmp_types;
pub mod label;
pub mod outcome;
mod packed;
pub mod packet;
#[cfg(feature = "user")]
mod pod;
pub mod ports;
pub mod protocol;
mod quote;
pub mod segments;
pub mod shadow;
pub mod stop;
pub mod tables;
pub mod track;
pub mod tracked;
mod transport;
pub mod view;
pub mod wire;
