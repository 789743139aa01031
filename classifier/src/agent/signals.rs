// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Waits for the signals that end the agent.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::debug;

/// Handlers of SIGINT and SIGTERM. A signal during the start ends the agent after the start.
pub(super) struct Shutdown {
    interrupt: Signal,
    terminate: Signal,
}

impl Shutdown {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(super) async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => debug!("SIGINT"),
            _ = self.terminate.recv() => debug!("SIGTERM"),
        }
    }
}
