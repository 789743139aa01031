//! Whole numbers with bounds.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use super::list::Listed;

/// A number from 1 to `MAX`, which fits into `T`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole<T, const MAX: u32>(pub T);

/// A port that can be meant: port 0 is reserved (RFC 6335 §6).
pub(super) type Port = Whole<u16, 65_535>;

impl Listed for Port {
    const LIST: &'static str = "a list of one or more ports, such as [587]";
}

impl<'de, T: TryFrom<i64>, const MAX: u32> Deserialize<'de> for Whole<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Bounds::<T, MAX>(PhantomData)).map(Self)
    }
}

struct Bounds<T, const MAX: u32>(PhantomData<T>);

impl<T: TryFrom<i64>, const MAX: u32> Visitor<'_> for Bounds<T, MAX> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 1 to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        let admitted = (1..=i64::from(MAX)).contains(&number).then(|| T::try_from(number).ok()).flatten();
        admitted.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}
