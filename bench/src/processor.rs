//! The processor that measurements run on.

use anyhow::{Context as _, Result};
use rustix::{
    process::setpriority_process,
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

/// Before all other processes of the usual kind.
const FIRST: i32 = -20;

/// Keeps the calling thread on one processor, the last that it may run on: the first takes most interrupts. There it
/// goes before others.
pub fn pin() -> Result<()> {
    let allowed = sched_getaffinity(None).context("cannot ask for the processors")?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| allowed.is_set(*cpu)).context("no processor")?;
    let mut one = CpuSet::new();
    one.set(last);
    sched_setaffinity(None, &one).context("cannot stay on one processor")?;
    // For Linux this is the calling thread's alone.
    setpriority_process(None, FIRST).context("cannot go before other processes")
}
