// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Resource usage of a process, from `/proc`.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};

/// Resource usage of all threads of a process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Processor time.
    pub cpu: Duration,
    /// Number of times that a thread went to sleep; a wake-up follows each.
    pub sleeps: u64,
    pub threads: u32,
    /// Resident memory in MiB.
    pub resident: f64,
    /// Largest resident memory so far, in MiB.
    pub peak: f64,
}

/// Reads the usage of the process with this id.
pub fn usage(id: u32) -> Result<Usage> {
    let status = read(&format!("/proc/{id}/status"))?;
    let mib = |word| value::<f64>(&status, word).map(|kib| kib / 1024.0);
    let mut usage = Usage { resident: mib("VmRSS:")?, peak: mib("VmHWM:")?, ..Usage::default() };
    let tasks = format!("/proc/{id}/task");
    for task in fs::read_dir(&tasks).with_context(|| format!("cannot list {tasks}"))? {
        let task = task?.path();
        let file = |name: &str| fs::read_to_string(task.join(name));
        // The thread has just ended.
        let (Ok(times), Ok(status)) = (file("schedstat"), file("status")) else { continue };
        let on = times.split(' ').next().context("no time on a processor")?;
        usage.cpu += Duration::from_nanos(on.parse()?);
        usage.sleeps += value::<u64>(&status, "voluntary_ctxt_switches:")?;
        usage.threads += 1;
    }
    Ok(usage)
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

/// Parses the number behind a word at the beginning of a line.
fn value<T: std::str::FromStr>(text: &str, word: &str) -> Result<T> {
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.with_context(|| format!("no number behind {word}"))
}
