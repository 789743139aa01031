//! What is wrong at one place of a text, before it is known which file it came from.

use toml::{Spanned, de};

use super::place;

/// What is wrong, and at which byte.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub at: usize,
    pub message: String,
}

impl Refusal {
    /// The value is readable and cannot be meant.
    pub(crate) fn new<T>(value: &Spanned<T>, message: impl Into<String>) -> Self {
        Self { at: value.span().start, message: message.into() }
    }

    /// The text is no TOML.
    pub(crate) fn syntax(error: &de::Error) -> Self {
        let message = format!("not valid TOML: {}; https://toml.io shows the syntax", error.message());
        Self { at: start(error), message }
    }

    /// A key or the type of a value is not as the document wants it.
    pub(crate) fn of(error: &de::Error) -> Self {
        Self { at: start(error), message: in_words_of_toml(error.message()) }
    }

    /// A byte is no text.
    pub(crate) fn not_utf8(at: usize) -> Self {
        Self { at, message: "not UTF-8; save the file in that encoding".into() }
    }

    /// The key in `text` that this is about, if there is one, and what is wrong with it: one line.
    pub(crate) fn complaint(&self, text: &str) -> String {
        let complaint = match place::key(text, self.at) {
            Some(key) => format!("`{key}`: {}", self.message),
            None => self.message.clone(),
        };
        complaint.replace(char::is_control, " ")
    }
}

fn start(error: &de::Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// What serde calls fields and variants are keys and values to whom wrote the file.
fn in_words_of_toml(message: &str) -> String {
    const WORDS: [(&str, &str); 4] = [
        ("unknown field", "unknown key"),
        ("unknown variant", "unknown value"),
        ("invalid length 0", "the list is empty"),
        ("wanted string or table", "invalid type, expected a string"),
    ];
    if let Some(key) = message.strip_prefix("missing field ") {
        return format!("the key {key} is missing; add it to this table");
    }
    if let Some(what) = message.strip_suffix("a boolean") {
        return format!("{what}true or false");
    }
    let known = WORDS.iter().find_map(|(serde, toml)| Some((toml, message.strip_prefix(serde)?)));
    known.map_or_else(|| message.to_owned(), |(toml, rest)| format!("{toml}{rest}"))
}
