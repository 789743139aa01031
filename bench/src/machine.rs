// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Description of the measured machine and time.

use std::{fs, process::Command, thread, time::SystemTime};

use anyhow::{Context as _, Result};

/// Describes the machine, its kernel, the commit and the time in a sentence.
pub fn describe() -> Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").context("cannot read /proc/cpuinfo")?;
    let value = |key: &str| {
        let line = cpus.lines().find(|line| line.split(':').next().is_some_and(|word| word.trim() == key));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    };
    let model = value("model name").unwrap_or("an unnamed processor");
    let cores = thread::available_parallelism().context("cannot count the processors")?;
    let guest = value("flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));
    let kind = if guest { ", a virtual machine" } else { "" };
    let load = fs::read_to_string("/proc/loadavg").context("cannot read /proc/loadavg")?;
    let system = rustix::system::uname();
    Ok(format!(
        "Measured by `cargo xtask bench` at commit {}, {}, on {cores} processors\n\
         ({model}{kind}) under Linux {} {}. Load average before: {}.",
        commit(),
        humantime::format_rfc3339_seconds(SystemTime::now()),
        system.release().to_string_lossy(),
        system.machine().to_string_lossy(),
        load.split(' ').next().unwrap_or_default()
    ))
}

/// Returns the measured commit, and whether the working tree has changes.
fn commit() -> String {
    let status = Command::new("git").args(["status", "--porcelain", "--untracked-files=no"]).output();
    let changed = status.is_ok_and(|output| !output.stdout.is_empty());
    format!("{}{}", classifier::REVISION, if changed { " with changes" } else { "" })
}
