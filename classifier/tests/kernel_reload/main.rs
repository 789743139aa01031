// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! New settings for a running agent with the least privileges, without a gap in counting.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

mod asked;
mod followed;
mod interfaces;
mod refused;
mod scene;
mod traffic;
