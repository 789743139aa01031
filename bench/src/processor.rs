// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Processors of the measurements.

use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::{
    process::setpriority_process,
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_gettime},
};

/// Scheduling priority ahead of all other processes of the normal class.
const FIRST: i32 = -20;

/// Pins the calling thread to one processor, at the highest priority.
pub fn pin() -> Result<()> {
    stay_on(0)?;
    // Linux applies the priority to the calling thread alone.
    setpriority_process(None, FIRST).context("cannot go before other processes")
}

/// Pins the calling thread to a processor, counted from the last: the first handles most interrupts. A number
/// beyond the processors means the first.
pub fn stay_on(number: usize) -> Result<()> {
    let allowed = sched_getaffinity(None).context("cannot ask for the processors")?;
    let mut processors = (0..CpuSet::MAX_CPU).rev().filter(|cpu| allowed.is_set(*cpu)).take(number + 1);
    let processor = processors.by_ref().last().context("no processor")?;
    let mut one = CpuSet::new();
    one.set(processor);
    sched_setaffinity(None, &one).context("cannot stay on one processor")
}

/// Returns the processor time of the calling thread, system calls included. Interrupts are included only if
/// the kernel does not account for them separately (`CONFIG_IRQ_TIME_ACCOUNTING`).
pub fn busy() -> Result<Duration> {
    Ok(Duration::try_from(clock_gettime(ClockId::ThreadCPUTime))?)
}
