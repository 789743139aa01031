// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Outcomes of connections, and encryption of sessions: by the loaded programs, frame by frame, and between
//! real clients and servers, against a capture.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod asymmetric;
mod bonded;
mod bulk;
mod captured;
mod connecting;
mod credentials;
mod crossing;
#[path = "../support/first_part.rs"]
mod first_part;
mod flood;
mod flows;
mod kernel_world;
mod large_hellos;
mod maps;
mod openssl;
mod outcomes;
mod rejected_data;
mod scene;
mod sessions;
mod traces;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
