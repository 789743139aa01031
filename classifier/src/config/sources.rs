//! Where settings come from.

use std::path::PathBuf;

use super::{ConfigError, Layer, Settings, file};
use crate::{shadow::Policy, web::Web};

/// What was typed, and the file that has the word where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Flags, and the environment below them.
    pub flags: Layer,
    /// The configuration file.
    pub file: Option<PathBuf>,
}

impl Sources {
    /// Reads the files as they are now, and checks what all say together.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or anything in it is wrong, even what a flag overrides; when a flag is
    /// wrong: see [`Settings::check`]; when the web configuration is, or the policy.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let below = self.file.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let mut settings = Settings::check(self.flags.clone().over(below))?;
        let names = &settings.names;
        settings.rules = settings.policy.as_deref().map(|path| Policy::read(path, names)).transpose()?;
        settings.web_config.as_deref().map(Web::load).transpose()?;
        Ok(settings)
    }
}
