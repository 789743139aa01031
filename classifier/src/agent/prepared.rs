// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Opens everything that needs no privilege: the first step.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use super::AgentError;
use crate::{config::Settings, http, reload::Hangups, sandbox::User, time_zone, web::Web};

/// Opened files and sockets. Nothing is attached yet.
pub struct Prepared {
    pub(super) hangups: Hangups,
    pub(super) web: Option<Web>,
    pub(super) user: Option<User>,
    pub(super) listeners: Vec<TcpListener>,
}

impl Prepared {
    /// Opens the files and sockets of these settings. From here on SIGHUP does not end the process.
    ///
    /// # Errors
    ///
    /// When a file, a user or an address of the settings is unavailable.
    pub fn new(settings: &Settings) -> Result<Self, AgentError> {
        time_zone::load();
        let hangups = Hangups::listen().map_err(AgentError::start("signal handlers"))?;
        let web = settings.web_config.as_deref().map(Web::load).transpose()?;
        let user = settings.privileges.user.as_deref().map(User::named).transpose()?;
        let listeners = http::bind(&settings.listen)?;
        Ok(Self { hangups, web, user, listeners })
    }

    /// Returns the listening addresses.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Lists the files of the web configuration.
    pub(super) fn web_files(&self) -> Vec<PathBuf> {
        self.web.as_ref().map(Web::files).unwrap_or_default()
    }
}
