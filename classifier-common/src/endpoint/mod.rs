// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP data endpoints: announced ports, each for one data connection.
//!
//! Kernel and agent share the memory of the [table](crate::table). An entry is found by addresses and port.
//! Its word holds the connection and its state.

mod advance;
mod announce;
mod entry;
mod labels;
#[cfg(test)]
mod lone_bucket;
#[cfg(test)]
mod race_tests;
mod transition;
mod word;

pub use self::{
    advance::{Hit, connected, match_and_advance},
    announce::{Admission, Admitted, Expectation, announce, confirm, withdraw},
    entry::{BUCKETS, Endpoint, EndpointBucket, ExpectKey, FIRST_PORT, WAYS, bucket_of, position, slot},
    transition::Query,
    word::{DataSide, EndpointState, Evidence, Kind, Mode, PackedEndpoint},
};
