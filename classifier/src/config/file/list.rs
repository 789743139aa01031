//! Lists that say of each element where it stands.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use toml::Spanned;

/// What can stand in a list.
pub(crate) trait Listed {
    /// The list, as an error asks for it.
    const LIST: &'static str;
}

impl Listed for String {
    const LIST: &'static str = "a list of one or more strings in brackets";
}

/// One or more elements, each with its place.
#[derive(Debug)]
pub(crate) struct List<T>(pub Vec<Spanned<T>>);

impl List<String> {
    pub(crate) fn texts(&self) -> Vec<String> {
        self.0.iter().map(|text| text.get_ref().clone()).collect()
    }
}

impl<'de, T: Deserialize<'de> + Listed> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements(PhantomData)).map(Self)
    }
}

struct Elements<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Listed> Visitor<'de> for Elements<T> {
    type Value = Vec<Spanned<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::LIST)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        if elements.is_empty() { Err(A::Error::invalid_length(0, &self)) } else { Ok(elements) }
    }
}
