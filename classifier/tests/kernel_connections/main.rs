//! What becomes of connections, and whether sessions were encrypted: by the loaded programs, frame by frame, and between
//! real clients and servers, against a capture.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod captured;
mod credentials;
mod dialling;
mod flood;
mod kernel_world;
mod maps;
mod outcomes;
mod scene;
mod sessions;
mod traces;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");
