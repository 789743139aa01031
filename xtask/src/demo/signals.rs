// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Signals that end the demo.

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};

/// SIGINT, SIGTERM and SIGHUP, blocked and read by a thread.
pub struct Signals(Receiver<()>);

impl Signals {
    /// Blocks the signals in this thread and in all later threads, so that only the waiting thread receives
    /// them. Commands inherit the mask: see [`release`].
    pub fn take() -> Result<Self> {
        let mut signals = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            signals.add(signal);
        }
        signals.thread_block().context("cannot block signals")?;
        let (tell, told) = channel();
        thread::spawn(move || while signals.wait().is_ok() && tell.send(()).is_ok() {});
        Ok(Self(told))
    }

    /// Waits for `time`. Returns `true` at once after a signal.
    pub fn within(&self, time: Duration) -> bool {
        !matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}

/// Unblocks the signals in a new process, which inherits the mask.
pub fn release() -> io::Result<()> {
    Ok(SigSet::empty().thread_set_mask()?)
}
