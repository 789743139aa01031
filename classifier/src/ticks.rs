//! A beat, while it is wanted.
//!
//! A timer of the kernel's: the runtime's own wakes twice for each second, first to look at it more closely.
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
    /// One tick each period. It does not run yet.
    pub(crate) fn every(period: Duration) -> io::Result<Self> {
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the descriptor is owned by the `AsyncFd` from here on, and never replaced.
        let timer = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) }?;
        Ok(Self { timer, period, runs: false })
    }

    /// Lets it run or not; the first tick is a whole period away.
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

    /// The next tick; those that nobody has waited for come as one.
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
