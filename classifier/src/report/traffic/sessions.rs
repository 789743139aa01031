//! Whether sessions were encrypted.

use serde::Serialize;

/// The sessions of a protocol that begins in clear text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sessions {
    /// Label of the protocol.
    pub protocol: String,
    /// Went over to TLS.
    pub upgraded: u64,
    /// Logged in in clear text.
    pub clear_login: u64,
    /// Ended with neither.
    pub neither: u64,
}

impl Sessions {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.upgraded.saturating_add(self.clear_login).saturating_add(self.neither)
    }
}
