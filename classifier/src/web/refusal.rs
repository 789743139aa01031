//! What is wrong at one place of the file, before it is known which file that is.

use std::path::Path;

use super::WebError;
use crate::config::Place;

/// What is wrong, where, and under which key.
#[derive(Debug)]
pub(super) struct Refusal {
    key: Option<String>,
    place: Place,
    message: String,
}

impl Refusal {
    /// The value of a key.
    pub(super) fn new(key: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self { key: Some(key.into()), place, message: message.into() }
    }

    /// Something that is no key's value.
    pub(super) fn nameless(place: Place, message: impl Into<String>) -> Self {
        Self { key: None, place, message: message.into() }
    }

    /// A byte is no text; what stands before it is.
    pub(super) fn not_utf8(before: &str) -> Self {
        let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
        let place = Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 };
        Self::nameless(place, "not UTF-8; save the file in that encoding")
    }

    /// The same about this file: one line.
    pub(super) fn in_file(self, path: &Path) -> WebError {
        let complaint = match self.key {
            Some(key) => format!("`{key}`: {}", self.message),
            None => self.message,
        };
        let complaint = complaint.replace(char::is_control, " ");
        WebError::Refused { path: path.to_owned(), place: self.place, complaint }
    }
}
