//! Values that know their key and place, for whoever finds fault with them.

use crate::{
    config::Place,
    web::{
        refusal::Refusal,
        yaml::{Content, Key, Node},
    },
};

/// A value.
#[derive(Clone, Debug)]
pub(in crate::web) struct At<T> {
    pub value: T,
    /// From the root on, with dots between; empty for the whole document.
    pub key: String,
    pub place: Place,
}

/// A key and its value.
pub(in crate::web) struct Pair {
    /// The key's last part, at the key's own place.
    pub name: At<String>,
    pub value: At<Node>,
}

impl<T> At<T> {
    /// That something is wrong with it.
    pub(in crate::web) fn refusal(&self, message: impl Into<String>) -> Refusal {
        if self.key.is_empty() {
            return Refusal::nameless(self.place, message);
        }
        Refusal::new(&self.key, self.place, message)
    }

    /// Another value in its place.
    pub(super) fn with<U>(&self, value: U) -> At<U> {
        At { value, key: self.key.clone(), place: self.place }
    }
}

impl At<Node> {
    pub(super) fn text(self) -> Result<At<String>, Refusal> {
        match self.value.content {
            Content::Text(value) => Ok(At { value, key: self.key, place: self.place }),
            Content::Nothing | Content::List(_) | Content::Table(_) => {
                Err(self.refusal("not a text; write one, in quotes where it has : or # in it"))
            }
        }
    }

    pub(super) fn list(self) -> Result<Vec<Self>, Refusal> {
        let Content::List(nodes) = self.value.content else {
            return Err(self.refusal("not a list; write `- ` before each element, one in a line"));
        };
        let element = |node: Node| Self { key: self.key.clone(), place: node.place, value: node };
        Ok(nodes.into_iter().map(element).collect())
    }

    pub(super) fn pairs(self) -> Result<Vec<Pair>, Refusal> {
        let Content::Table(pairs) = self.value.content else {
            return Err(self.refusal("not a mapping; write `key: value` pairs, one in a line"));
        };
        let above = if self.key.is_empty() { String::new() } else { format!("{}.", self.key) };
        let pair = |(name, node): (Key, Node)| {
            let key = format!("{above}{}", name.name);
            Pair {
                name: At { value: name.name, key: key.clone(), place: name.place },
                value: Self { key, place: node.place, value: node },
            }
        };
        Ok(pairs.into_iter().map(pair).collect())
    }
}
