//! Whole numbers with bounds.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use super::list::Listed;

/// A number from `MIN` to `MAX`, which fits into `T`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole<T, const MAX: u32, const MIN: u32 = 1>(pub T);

/// A port that can be meant: port 0 is reserved (RFC 6335 §6).
pub(crate) type Port = Whole<u16, 65_535>;

impl Listed for Port {
    const LIST: &'static str = "a list of one or more ports, such as [587]";
}

impl<'de, T: TryFrom<i64>, const MAX: u32, const MIN: u32> Deserialize<'de> for Whole<T, MAX, MIN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Bounds::<T, MAX, MIN>(PhantomData)).map(Self)
    }
}

struct Bounds<T, const MAX: u32, const MIN: u32>(PhantomData<T>);

impl<T: TryFrom<i64>, const MAX: u32, const MIN: u32> Visitor<'_> for Bounds<T, MAX, MIN> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        let admitted =
            (i64::from(MIN)..=i64::from(MAX)).contains(&number).then(|| T::try_from(number).ok()).flatten();
        admitted.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}
