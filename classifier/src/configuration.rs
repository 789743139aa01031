// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the configuration of the agent: flags, environment, and files.

use std::path::PathBuf;

use thiserror::Error;

use crate::{
    config::{ConfigError, Layer, Settings, file},
    located::FileError,
    policy::Policy,
    web::{Web, WebError},
};

/// Sources of a configuration: flags, then the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationSources {
    /// Flags, with the environment for missing ones.
    pub flags: Layer,
    /// The configuration file.
    pub file: Option<PathBuf>,
}

/// A checked configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The settings.
    pub settings: Settings,
    /// The policy of the dry run, if there is one.
    pub policy: Option<Policy>,
}

/// Reason why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigurationError {
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The web configuration cannot be used.
    #[error(transparent)]
    Web(#[from] WebError),
}

impl ConfigurationSources {
    /// Reads and checks the configuration from its files.
    ///
    /// # Errors
    ///
    /// When the file is unreadable or invalid, even in a setting that a flag overrides; when a flag is
    /// invalid: see [`Settings::check`]; when the web configuration or the policy is invalid.
    pub fn read(&self) -> Result<Configuration, ConfigurationError> {
        let below = self.file.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let settings = Settings::check(self.flags.clone().over(below))?;
        let names = &settings.names;
        let policy = settings.policy.as_deref().map(|path| Policy::read(path, names)).transpose()?;
        settings.web_config.as_deref().map(Web::load).transpose()?;
        Ok(Configuration { settings, policy })
    }
}
