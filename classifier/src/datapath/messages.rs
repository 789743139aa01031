// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Forwards the programs' debug messages to the agent's log.
#![expect(unsafe_code, reason = "tokio takes a file descriptor on a promise")]

use std::io;

use aya_log::EbpfLogger;
use log::Log;
use tokio::io::{Interest, unix::AsyncFd};

use super::{Datapath, DatapathError};

/// Log target of the messages.
pub const TARGET: &str = "classifier_ebpf";

/// Reader of the programs' debug messages.
pub struct Messages(AsyncFd<EbpfLogger<&'static dyn Log>>);

impl Messages {
    /// Watches the ring buffer of the log; needs a running tokio runtime.
    fn watch(logger: EbpfLogger<&'static dyn Log>) -> io::Result<Self> {
        // SAFETY: the logger owns its ring buffer and with it the descriptor, never replaces it, and moves
        // into the `AsyncFd`.
        unsafe { AsyncFd::register_with_interest(logger, Interest::READABLE) }.map(Self).map_err(Into::into)
    }

    /// Logs messages as they arrive; ends only with an error.
    pub async fn relay(&mut self) -> io::Error {
        loop {
            match self.0.readable_mut().await {
                Ok(mut guard) => {
                    guard.get_inner_mut().flush();
                    guard.clear_ready();
                }
                Err(error) => return error,
            }
        }
    }
}

impl Datapath {
    /// Creates the reader of the programs' debug messages, which exist only if [`Self::load`] was called with
    /// `debug`.
    ///
    /// # Errors
    ///
    /// When the object has no log map, or the map cannot be watched.
    pub fn messages(&mut self) -> Result<Messages, DatapathError> {
        let logger = EbpfLogger::init(self.programs.object()).map_err(DatapathError::Messages)?;
        Messages::watch(logger).map_err(DatapathError::Watch)
    }
}
