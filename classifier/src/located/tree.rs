// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The tree of a text, with the position of each node.

/// A node of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Byte at which the node begins.
    pub(super) at: usize,
    pub(super) content: Content,
}

/// Content of a node.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Missing value, or YAML's `null`.
    Nothing,
    Text(String),
    /// Scalar of YAML: a text, a number or a boolean, depending on the reader.
    Untyped(String),
    Integer(i64),
    Boolean(bool),
    /// Value of a type that no setting has, with the name of the type.
    Foreign(&'static str),
    List(Vec<Node>),
    /// Entries in their order, each key once.
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    pub at: usize,
    pub value: Node,
}

impl Content {
    /// Returns the kind of the value. The value itself is never quoted: it may be a password.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text(_) | Self::Untyped(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Foreign(kind) => kind,
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}
