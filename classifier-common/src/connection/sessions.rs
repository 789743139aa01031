//! Whether a session was encrypted.

/// What is known of a session's encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Encryption {
    /// It was encrypted before anybody logged in.
    Upgraded = 0,
    /// The client logged in in clear text.
    ClearLogin = 1,
    /// It ended without either.
    Neither = 2,
}

impl Encryption {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Upgraded, Self::ClearLogin, Self::Neither];

    /// Label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Upgraded => "upgraded",
            Self::ClearLogin => "clear_login",
            Self::Neither => "neither",
        }
    }
}
