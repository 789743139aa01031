// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A periodic timer that can be stopped.
//!
//! It is the kernel's timer: the runtime's own wakes twice for each second, first to look at it more closely.
#![expect(unsafe_code, reason = "tokio takes a file descriptor on a promise")]

use std::{
    io,
    os::fd::{AsFd as _, OwnedFd},
    time::Duration,
};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::{Interest, unix::AsyncFd};

/// The timer.
pub(crate) struct Ticks {
    timer: AsyncFd<OwnedFd>,
    period: Duration,
    runs: bool,
}

impl Ticks {
    /// Creates a timer with this period, stopped.
    pub(crate) fn every(period: Duration) -> io::Result<Self> {
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the descriptor moves into the `AsyncFd`, and is never replaced.
        let timer = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) }?;
        Ok(Self { timer, period, runs: false })
    }

    /// Starts or stops the timer; the first tick is a whole period away.
    pub(crate) fn run(&mut self, wanted: bool) -> io::Result<()> {
        if self.runs != wanted {
            let period = if wanted { self.period } else { Duration::ZERO };
            let period = Timespec::try_from(period).map_err(io::Error::other)?;
            let setting = Itimerspec { it_interval: period, it_value: period };
            timerfd_settime(self.timer.get_ref().as_fd(), TimerfdTimerFlags::empty(), &setting)?;
            self.runs = wanted;
        }
        Ok(())
    }

    /// Waits for the next tick; missed ticks count as one.
    pub(crate) async fn tick(&self) -> io::Result<()> {
        loop {
            let mut ready = self.timer.readable().await?;
            let read = ready.try_io(|timer| Ok(rustix::io::read(timer.get_ref().as_fd(), &mut [0; 8])?));
            if let Ok(ticks) = read {
                return ticks.map(drop);
            }
        }
    }
}
