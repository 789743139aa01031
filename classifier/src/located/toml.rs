// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses TOML into a tree.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Located, Node, Refusal,
    tree::{Content, Entry},
};

/// Parses a text.
pub(crate) fn parse(text: &str) -> Result<Located<Node>, Refusal> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Refusal::new(at, format!("not valid TOML: {}; https://toml.io shows the syntax", error.message()))
    })?;
    Ok(Located::root(Node { at: 0, content: content_of(table.get_ref()) }))
}

fn content_of(table: &DeTable<'_>) -> Content {
    let entry = |(key, value): (&Spanned<_>, _)| {
        let name: &str = AsRef::<str>::as_ref(key.get_ref());
        Entry { name: name.to_owned(), at: key.span().start, value: node(value) }
    };
    let mut entries: Vec<_> = table.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.at);
    Content::Table(entries)
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let content = match value.get_ref() {
        DeValue::String(text) => Content::Text(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Content::Foreign("a number of more than 64 bits"), Content::Integer),
        DeValue::Boolean(value) => Content::Boolean(*value),
        DeValue::Float(_) => Content::Foreign("a fraction"),
        DeValue::Datetime(_) => Content::Foreign("a date or time"),
        DeValue::Array(elements) => Content::List(elements.iter().map(node).collect()),
        DeValue::Table(table) => content_of(table),
    };
    Node { at: value.span().start, content }
}
