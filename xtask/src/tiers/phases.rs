// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Elapsed and processor time of the phases of a test run, for the table in CONTRIBUTING.md.

use std::{
    fmt,
    time::{Duration, Instant},
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike as _},
};

/// Finished phases, and the start of the current one.
pub struct Phases {
    start: Instant,
    processor: Duration,
    ended: Vec<Phase>,
}

struct Phase {
    name: &'static str,
    elapsed: Duration,
    processor: Duration,
}

impl Phases {
    pub fn begin() -> Self {
        Self { start: Instant::now(), processor: processor_time(), ended: Vec::new() }
    }

    /// Ends the current phase under `name`, and begins the next one.
    pub fn end(&mut self, name: &'static str) {
        let (now, processor) = (Instant::now(), processor_time());
        let elapsed = now.duration_since(self.start);
        self.ended.push(Phase { name, elapsed, processor: processor.saturating_sub(self.processor) });
        (self.start, self.processor) = (now, processor);
    }
}

/// Returns the processor time of all processes that this one and its children have waited for. Zero if the kernel
/// does not report it.
fn processor_time() -> Duration {
    let total = |time: TimeVal| Duration::from_micros(time.num_microseconds().unsigned_abs());
    getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_or(Duration::ZERO, |usage| total(usage.user_time()) + total(usage.system_time()))
}

impl fmt::Display for Phases {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Phase { name, elapsed, processor } in &self.ended {
            let (elapsed, processor) = (elapsed.as_secs(), processor.as_secs());
            writeln!(out, "{name:<18} {elapsed:>5} s, {processor:>5} s of processor time")?;
        }
        Ok(())
    }
}
