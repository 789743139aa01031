//! SIGHUP, by which an operator says that the settings have changed.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::debug;

use super::Reloader;

/// The signals; one that comes before anybody waits is not lost, and does not end the process.
pub struct Hangups(Signal);

impl Hangups {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When the system has no room for a handler.
    pub fn listen() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Reloads at every signal; several that come at once are one. What is refused is in the log.
    pub async fn follow(mut self, reloader: impl AsRef<Reloader>) {
        while self.0.recv().await.is_some() {
            debug!("SIGHUP");
            let _ = reloader.as_ref().reload();
        }
    }
}
