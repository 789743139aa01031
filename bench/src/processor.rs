//! The processors that measurements run on.

use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::{
    process::setpriority_process,
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_gettime},
};

/// Before all other processes of the usual kind.
const FIRST: i32 = -20;

/// Keeps the calling thread on one processor, where it goes before others.
pub fn pin() -> Result<()> {
    stay_on(0)?;
    // For Linux this is the calling thread's alone.
    setpriority_process(None, FIRST).context("cannot go before other processes")
}

/// Keeps the calling thread on one of the processors, counted from the last: the first takes most interrupts. Where
/// there are fewer, it is the first.
pub fn stay_on(number: usize) -> Result<()> {
    let allowed = sched_getaffinity(None).context("cannot ask for the processors")?;
    let mut processors = (0..CpuSet::MAX_CPU).rev().filter(|cpu| allowed.is_set(*cpu)).take(number + 1);
    let processor = processors.by_ref().last().context("no processor")?;
    let mut one = CpuSet::new();
    one.set(processor);
    sched_setaffinity(None, &one).context("cannot stay on one processor")
}

/// How long the calling thread has kept processors busy, with what the kernel did for it. What interrupts did meanwhile
/// is in it only where the kernel does not account for that by itself (`CONFIG_IRQ_TIME_ACCOUNTING`).
pub fn busy() -> Result<Duration> {
    Ok(Duration::try_from(clock_gettime(ClockId::ThreadCPUTime))?)
}
