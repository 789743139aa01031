//! Where in a text something stands, and under which key.

use std::fmt;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place of a byte; past the end, that of the end.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
        Self { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The key that the byte stands in, or in the value of: `ftp.control_ports`. None where the text is no TOML.
pub(super) fn key(text: &str, at: usize) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    Some(in_table(table.get_ref(), at)?.join("."))
}

fn in_table(table: &DeTable<'_>, at: usize) -> Option<Vec<String>> {
    table.iter().find_map(|(key, value)| {
        let below = if key.span().contains(&at) { Some(Vec::new()) } else { in_value(value, at) };
        below.map(|below| [vec![key.get_ref().to_string()], below].concat())
    })
}

/// A table's own span is that of its header: what it holds must be looked for first.
fn in_value(value: &Spanned<DeValue<'_>>, at: usize) -> Option<Vec<String>> {
    let within = match value.get_ref() {
        DeValue::Table(table) => in_table(table, at),
        DeValue::Array(array) => array.iter().find_map(|element| in_value(element, at)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => None,
    };
    within.or_else(|| value.span().contains(&at).then(Vec::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "a\näö = 1\n";
        let place = |at| Place::of(text, at).to_string();
        assert_eq!([0, 1, 2, 6, 11, 99].map(place), ["1:1", "1:2", "2:1", "2:3", "3:1", "3:1"]);
    }

    #[test]
    fn a_key_is_found_by_itself_and_by_its_value() {
        let text = "[ftp]\ncontrol_ports = [21]\n[[port]]\nports = [587, 25]\n[[port]]\nprotocol = 'x'\n";
        let key = |what: &str| key(text, text.find(what).unwrap());
        for (what, expected) in [
            ("control", "ftp.control_ports"),
            ("21", "ftp.control_ports"),
            ("[[port]]", "port"),
            ("25", "port.ports"),
            ("'x'", "port.protocol"),
        ] {
            assert_eq!(key(what).as_deref(), Some(expected), "{what}");
        }
        assert_eq!(key("\n[[port]]\nprotocol"), None);
    }
}
