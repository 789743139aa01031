// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The page of a real agent that counts real traffic, in a real browser: its content, its lack of further
//! requests, and its use on a phone, in the dark, without scripts, by keyboard alone and read aloud.

mod comfort;
mod content;
mod pictures;
mod scene;
