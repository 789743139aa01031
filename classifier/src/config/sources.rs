//! Where settings come from.

use std::path::PathBuf;

use super::{ConfigError, Layer, Settings, file};

/// What was typed, and the file that has the word where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Flags, and the environment below them.
    pub flags: Layer,
    /// The configuration file.
    pub file: Option<PathBuf>,
}

impl Sources {
    /// Reads the file as it is now, and checks what all say together.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or anything in it is wrong, even what a flag overrides; when a flag is
    /// wrong: see [`Settings::check`].
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let below = self.file.as_deref().map(file::read).transpose()?.unwrap_or_default();
        Settings::check(self.flags.clone().over(below))
    }
}
