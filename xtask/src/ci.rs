//! Whether this run is CI's: there, what cannot be done is a failure.

use std::env;

/// Whether the environment says so.
pub fn is_here() -> bool {
    env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false")
}
