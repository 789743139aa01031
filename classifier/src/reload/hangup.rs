// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reloads on SIGHUP, which tells that the settings have changed.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::debug;

use super::Reloader;

/// SIGHUP signals. An early one is not lost, and does not end the process.
pub struct Hangups(Signal);

impl Hangups {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// When the system has no resources for a handler.
    pub fn listen() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Reloads on every signal; several at once count as one. A refusal is logged. Returns only when no
    /// signal can come any more.
    pub async fn follow(mut self, reloader: impl AsRef<Reloader>) {
        while self.0.recv().await.is_some() {
            debug!("SIGHUP");
            let _ = reloader.as_ref().reload();
        }
    }
}
