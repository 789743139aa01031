//! What ends the demo from outside.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};

/// SIGINT, SIGTERM and SIGHUP, which from now on do not end the process.
pub struct Signals(Receiver<()>);

impl Signals {
    /// Threads made later block them too, so that this one gets them; commands start with none blocked.
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
