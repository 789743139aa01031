// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Detection of CI. On CI, a tier that cannot run is a failure.

use std::env;

/// Tells whether the environment is a CI's.
pub fn is_here() -> bool {
    env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false")
}
