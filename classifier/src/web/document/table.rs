//! Values by their keys, each of the kind that its key has.

use super::{At, Chosen, Pair, chosen};
use crate::{
    config::Place,
    web::{
        refusal::Refusal,
        yaml::{Content, Node},
    },
};

/// What stands under known keys. A key without a value counts as not there.
pub(in crate::web) struct Table {
    /// Empty for the whole document.
    pub key: String,
    pub place: Place,
    pairs: Vec<Pair>,
}

impl Table {
    /// The whole document, which has these keys.
    pub(super) fn root(node: Node, keys: &[&str]) -> Result<Self, Refusal> {
        let place = node.place;
        if node.content == Content::Nothing {
            return Ok(Self { key: String::new(), place, pairs: Vec::new() });
        }
        Self::of(At { value: node, key: String::new(), place }, keys)
    }

    fn of(node: At<Node>, keys: &[&str]) -> Result<Self, Refusal> {
        let (key, place) = (node.key.clone(), node.place);
        let pairs = node.pairs()?;
        if let Some(Pair { name, .. }) = pairs.iter().find(|pair| !keys.contains(&pair.name.value.as_str())) {
            let known = keys.join(", ");
            return Err(name.refusal(format!("unknown key `{}`, expected one of {known}", name.value)));
        }
        Ok(Self { key, place, pairs })
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.pairs.iter().all(|pair| pair.value.value.content == Content::Nothing)
    }

    pub(super) fn table(&mut self, key: &str, keys: &[&str]) -> Result<Option<Self>, Refusal> {
        self.take(key).map(|node| Self::of(node, keys)).transpose()
    }

    /// A table of any keys.
    pub(super) fn pairs(&mut self, key: &str) -> Result<Option<Vec<Pair>>, Refusal> {
        self.take(key).map(At::pairs).transpose()
    }

    pub(super) fn text(&mut self, key: &str) -> Result<Option<At<String>>, Refusal> {
        self.take(key).map(At::text).transpose()
    }

    pub(super) fn texts(&mut self, key: &str) -> Result<Option<At<Vec<String>>>, Refusal> {
        self.list(key, |text| Ok(text.value))
    }

    /// As YAML 1.1 has it, which exporter-toolkit reads.
    pub(super) fn flag(&mut self, key: &str) -> Result<Option<bool>, Refusal> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match text.value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Ok(Some(true)),
            "false" | "no" | "off" | "n" => Ok(Some(false)),
            _ => Err(text.refusal("neither true nor false; write one of the two")),
        }
    }

    pub(super) fn number(&mut self, key: &str) -> Result<Option<At<u32>>, Refusal> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match text.value.parse() {
            Ok(number) => Ok(Some(text.with(number))),
            Err(_) => Err(text.refusal("not a number that can stand here; write a whole one, 0 or more")),
        }
    }

    pub(super) fn chosen<T: Chosen>(&mut self, key: &str) -> Result<Option<At<T>>, Refusal> {
        self.text(key)?.map(|text| Ok(text.with(chosen::find(&text)?))).transpose()
    }

    pub(super) fn all_chosen<T: Chosen>(&mut self, key: &str) -> Result<Option<At<Vec<T>>>, Refusal> {
        self.list(key, |text| chosen::find(&text))
    }

    fn list<T>(
        &mut self,
        key: &str,
        element: impl Fn(At<String>) -> Result<T, Refusal>,
    ) -> Result<Option<At<Vec<T>>>, Refusal> {
        let Some(node) = self.take(key) else { return Ok(None) };
        let place = node.place;
        let elements = node.list()?.into_iter().map(|node| element(node.text()?));
        Ok(Some(At { value: elements.collect::<Result<_, _>>()?, key: self.below(key), place }))
    }

    fn take(&mut self, key: &str) -> Option<At<Node>> {
        let nth = self.pairs.iter().position(|pair| pair.name.value == key)?;
        Some(self.pairs.swap_remove(nth).value).filter(|node| node.value.content != Content::Nothing)
    }

    fn below(&self, key: &str) -> String {
        format!("{}.{key}", self.key)
    }
}
