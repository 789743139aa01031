// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An error at a position of a text, before its file is known.

use std::path::Path;

use super::{FileError, Place};

/// Error of a text: message, byte and key.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Key from the root on, with dots; empty if the error is not in a value.
    pub(super) key: String,
    pub(super) at: usize,
    pub(super) message: String,
}

impl Refusal {
    /// Creates an error outside of any value.
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { key: String::new(), at, message: message.into() }
    }

    /// Converts the error to one of this file, in one line.
    pub(super) fn in_file(self, path: &Path, text: &str) -> FileError {
        let Self { key, at, message } = self;
        let complaint = if key.is_empty() { message } else { format!("`{key}`: {message}") };
        let complaint = complaint.replace(char::is_control, " ");
        FileError::Refused { path: path.to_owned(), place: Place::of(text, at), complaint }
    }
}

/// Words the error of a value that is none of these.
pub(super) fn expected_one_of<'k>(known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<_> = known.into_iter().map(|word| format!("`{word}`")).collect();
    match known.as_slice() {
        [one] => format!("expected {one}"),
        [one, other] => format!("expected {one} or {other}"),
        _ => format!("expected one of {}", known.join(", ")),
    }
}
