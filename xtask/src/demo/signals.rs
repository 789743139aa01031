//! What ends the demo from outside.

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};

/// SIGINT, SIGTERM and SIGHUP, which from now on do not end the process.
pub struct Signals(Receiver<()>);

impl Signals {
    /// Threads made later block them too, so that only the waiting one gets them; so do commands: see [`release`].
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

    /// Waits that long; true at once if a signal came.
    pub fn within(&self, time: Duration) -> bool {
        !matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}

/// For a new process, which would inherit what is blocked here.
pub fn release() -> io::Result<()> {
    Ok(SigSet::empty().thread_set_mask()?)
}
