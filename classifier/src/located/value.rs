// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Values with their key and position, which are read as the type that the key needs.

use std::{fmt::Display, ops::RangeInclusive};

use super::{
    Node, Refusal,
    refusal::expected_one_of,
    tree::{Content, Entry},
};

/// A value with its key and position.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub value: T,
    /// Key from the root on, with dots; empty for the whole document.
    pub(super) key: String,
    /// Byte at which the value begins.
    pub(super) at: usize,
}

/// A key and its value.
pub(crate) struct Pair {
    /// Last part of the key, with the key's own position.
    pub name: Located<String>,
    pub value: Located<Node>,
}

impl<T> Located<T> {
    /// Creates an error about the value.
    pub(crate) fn refusal(&self, message: impl Into<String>) -> Refusal {
        Refusal { key: self.key.clone(), at: self.at, message: message.into() }
    }

    /// Replaces the value, and keeps key and position.
    pub(crate) fn with<U>(&self, value: U) -> Located<U> {
        Located { value, key: self.key.clone(), at: self.at }
    }
}

impl Located<String> {
    /// Returns the choice with this name.
    pub(crate) fn choice<T: Clone>(&self, values: &[(impl AsRef<str>, T)]) -> Result<Located<T>, Refusal> {
        if let Some((_, value)) = values.iter().find(|(name, _)| name.as_ref() == self.value) {
            return Ok(self.with(value.clone()));
        }
        let known = expected_one_of(values.iter().map(|(name, _)| name.as_ref()));
        Err(self.refusal(format!("unknown value `{}`, {known}", self.value)))
    }
}

impl Located<Node> {
    /// Creates the root of a document.
    pub(super) fn root(node: Node) -> Self {
        Self { key: String::new(), at: node.at, value: node }
    }

    fn expected(&self, what: impl Display) -> Refusal {
        self.refusal(format!("expected {what}, found {}", self.value.content.kind()))
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.value.content == Content::Nothing
    }

    /// Reads a string.
    pub(crate) fn text(self) -> Result<Located<String>, Refusal> {
        if let Content::Text(value) | Content::Untyped(value) = self.value.content {
            return Ok(Located { value, key: self.key, at: self.at });
        }
        let quotes = if self.is_nothing() { ", in quotes where it has : or # in it" } else { "" };
        Err(self.expected(format_args!("a string{quotes}")))
    }

    /// Reads a string, and parses it.
    pub(crate) fn parsed<T>(
        self,
        expected: impl Display,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Located<T>, Refusal> {
        let (Content::Text(text) | Content::Untyped(text)) = &self.value.content else {
            return Err(self.expected(expected));
        };
        let refusal = || self.refusal(format!("expected {expected}, found `{text}`"));
        parse(text).map(|value| self.with(value)).ok_or_else(refusal)
    }

    /// Reads a boolean. YAML's booleans are those of version 1.1, as in exporter-toolkit.
    pub(crate) fn flag(self) -> Result<bool, Refusal> {
        if let Content::Boolean(value) = self.value.content {
            return Ok(value);
        }
        let text = if let Content::Untyped(text) = &self.value.content { text.as_str() } else { "" };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Ok(true),
            "false" | "no" | "off" | "n" => Ok(false),
            _ => Err(self.expected("true or false")),
        }
    }

    /// Reads a whole number within bounds.
    pub(crate) fn number<N>(self, bounds: RangeInclusive<N>) -> Result<Located<N>, Refusal>
    where
        N: TryFrom<i64> + PartialOrd + Display,
    {
        let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number = if let Content::Integer(number) = self.value.content {
            Some(number)
        } else if let Content::Untyped(text) = &self.value.content {
            text.parse().ok()
        } else {
            None
        };
        let number = number.ok_or_else(|| self.expected(&expected))?;
        let admitted = N::try_from(number).ok().filter(|number| bounds.contains(number));
        admitted
            .map(|admitted| self.with(admitted))
            .ok_or_else(|| self.refusal(format!("expected {expected}, found {number}")))
    }

    /// Reads a list, each element with the same function.
    pub(crate) fn list<T>(
        self,
        expected: &str,
        element: impl FnMut(Self) -> Result<T, Refusal>,
    ) -> Result<Located<Vec<T>>, Refusal> {
        let here = self.with(());
        let Content::List(nodes) = self.value.content else { return Err(self.expected(expected)) };
        let elements = nodes.into_iter().map(|node| Self { key: self.key.clone(), at: node.at, value: node });
        Ok(here.with(elements.map(element).collect::<Result<_, _>>()?))
    }

    /// Reads a list of at least one element.
    pub(crate) fn some<T>(
        self,
        expected: &str,
        element: impl FnMut(Self) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        let list = self.list(expected, element)?;
        if list.value.is_empty() {
            return Err(list.refusal(format!("the list is empty, expected {expected}")));
        }
        Ok(list.value)
    }

    /// Reads a table with any keys.
    pub(crate) fn pairs(self, expected: impl Display) -> Result<Vec<Pair>, Refusal> {
        let Content::Table(entries) = self.value.content else { return Err(self.expected(expected)) };
        let above = if self.key.is_empty() { String::new() } else { format!("{}.", self.key) };
        let pair = |Entry { name, at, value }| {
            let key = format!("{above}{name}");
            Pair {
                name: Located { value: name, key: key.clone(), at },
                value: Self { key, at: value.at, value },
            }
        };
        Ok(entries.into_iter().map(pair).collect())
    }
}
