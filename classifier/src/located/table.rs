// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads values by their keys.

use super::{Located, Node, Pair, Refusal, refusal::expected_one_of};

/// A table with known keys. A key without a value counts as missing.
pub(crate) struct Table {
    /// Position of the table.
    pub place: Located<()>,
    keys: &'static [&'static str],
    pairs: Vec<Pair>,
}

impl Table {
    /// Reads a table of these keys. An empty document of YAML is an empty table.
    pub(crate) fn of(node: Located<Node>, keys: &'static [&'static str]) -> Result<Self, Refusal> {
        let place = node.with(());
        let expected = || {
            let keys = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>();
            format!("a table of {}", keys.join(", "))
        };
        let is_empty = node.key.is_empty() && node.is_nothing();
        let pairs = if is_empty { Vec::new() } else { node.pairs(expected())? };
        let unknown = pairs.iter().find(|pair| !keys.contains(&pair.name.value.as_str()));
        if let Some(Pair { name, .. }) = unknown {
            let remedy = match meant(&name.value, keys) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => expected_one_of(keys.iter().copied()),
            };
            return Err(name.refusal(format!("unknown key `{}`, {remedy}", name.value)));
        }
        Ok(Self { place, keys, pairs })
    }

    /// Tells whether no key is set.
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.iter().all(|pair| pair.value.is_nothing())
    }

    /// Reads an optional value.
    pub(crate) fn get<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(Located<Node>) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        debug_assert!(self.keys.contains(&key), "`{key}` is asked for, and refused where it is written");
        let Some(nth) = self.pairs.iter().position(|pair| pair.name.value == key) else { return Ok(None) };
        let value = self.pairs.swap_remove(nth).value;
        if value.is_nothing() { Ok(None) } else { read(value).map(Some) }
    }

    /// Reads a required value.
    pub(crate) fn require<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(Located<Node>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let missing = || self.place.refusal(format!("the key `{key}` is missing; add it to this table"));
        let missing = missing();
        self.get(key, read)?.ok_or(missing)
    }
}

/// Finds the key that an unknown one resembles: a third of its letters may differ.
fn meant(word: &str, keys: &[&'static str]) -> Option<&'static str> {
    let distances = keys.iter().map(|key| (strsim::osa_distance(word, key), *key));
    let (distance, nearest) = distances.min()?;
    (distance <= word.chars().count().max(3) / 3).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::{super::toml, *};

    const KEYS: &[&str] = &["ports", "protocol"];

    fn refused(text: &str) -> String {
        Table::of(toml::parse(text).unwrap(), KEYS).map(|_| ()).unwrap_err().message
    }

    #[test]
    fn a_key_that_is_nearly_known_is_named() {
        assert_eq!(refused("port = 1"), "unknown key `port`, did you mean `ports`?");
        assert_eq!(refused("protcool = 1"), "unknown key `protcool`, did you mean `protocol`?");
        assert_eq!(refused("name = 1"), "unknown key `name`, expected `ports` or `protocol`");
    }

    #[test]
    fn the_first_unknown_key_of_the_text_is_refused() {
        assert!(refused("z = 1\na = 1").contains("`z`"));
    }
}
