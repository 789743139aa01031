// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Outcome of a connection, by its label in JSON.

use classifier_common::evidence::ConnectionOutcome;
use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(super) fn serialize<S: Serializer>(
    outcome: &ConnectionOutcome,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.label())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ConnectionOutcome, D::Error> {
    let label = String::deserialize(deserializer)?;
    let known = ConnectionOutcome::ALL.into_iter().find(|outcome| outcome.label() == label);
    known.ok_or_else(|| D::Error::custom(format!("`{label}` is no outcome of a connection")))
}
