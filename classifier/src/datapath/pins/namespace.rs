// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pins the number of the agent's network namespace, which tells readers whether its sockets are theirs.

use super::{PinError, generation::Generation, rows};

/// Name of the pin.
const NAMESPACE: &str = "NAMESPACE";

/// Pins a number.
pub(super) fn write(generation: &Generation, number: u64) -> Result<(), PinError> {
    let mut rows = rows::empty::<1>();
    for (byte, digit) in rows.as_flattened_mut().iter_mut().zip(number.to_string().bytes()) {
        *byte = digit;
    }
    rows::write(&generation.map(NAMESPACE), &rows)
}

/// Reads the number; `None` if none is pinned.
pub(super) fn read(generation: &Generation) -> Result<Option<u64>, PinError> {
    let [row] = rows::read::<1>(&generation.map(NAMESPACE))?;
    let digits = row.iter().take_while(|byte| byte.is_ascii_digit());
    let text: String = digits.copied().map(char::from).collect();
    Ok(text.parse().ok())
}
