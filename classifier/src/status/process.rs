// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads a process from `/proc` (proc(5)).

use std::fs;

use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, clock_gettime},
};
use serde::Serialize;

use crate::{
    sandbox::{capability_names, user_name},
    snapshot::Age,
};

const SECOND: u64 = 1_000_000_000;

/// The process of an agent, with its privileges.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProcessReport {
    /// Number in the reader's PID namespace.
    pub id: u32,
    /// User: a name, or a number without a name.
    pub user: String,
    /// Time since its start.
    pub age_seconds: Age,
    /// Effective capabilities: `cap_bpf` and so on.
    pub capabilities: Vec<String>,
    /// True if programs that it starts cannot gain privileges.
    pub no_new_privs: bool,
    /// Filter of system calls: `off`, `strict`, `filter`; `unknown` if the kernel does not tell.
    pub seccomp: &'static str,
    /// True if it is in the reader's network namespace; `None` if unknown.
    #[serde(skip)]
    pub is_here: Option<bool>,
}

impl ProcessReport {
    /// Reads a process; `None` if it has gone.
    #[must_use]
    pub fn of(id: u32) -> Option<Self> {
        let read = |file| fs::read_to_string(format!("/proc/{id}/{file}")).ok();
        let namespace = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
        let is_here = namespace(&id.to_string()).zip(namespace("self")).map(|(its, own)| its == own);
        Some(Self { is_here, ..Self::parse(id, &read("status")?, &read("stat")?, now())? })
    }

    /// Parses a process; `now` is the time since boot, in nanoseconds.
    fn parse(id: u32, status: &str, stat: &str, now: u64) -> Option<Self> {
        let field = |name| {
            let value = |line: &'_ str| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned());
            status.lines().find_map(value)
        };
        // `Uid: real effective saved filesystem`
        let user = field("Uid")?.split_whitespace().nth(1)?.parse().ok()?;
        let capabilities = u64::from_str_radix(&field("CapEff")?, 16).ok()?;
        let seccomp = match field("Seccomp").as_deref() {
            Some("0") => "off",
            Some("1") => "strict",
            Some("2") => "filter",
            _ => "unknown",
        };
        // The name before it may have any characters. The 22nd field is the start in ticks since boot.
        let ticks: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
        Some(Self {
            id,
            user: user_name(user),
            age_seconds: Age::of(ticks * (SECOND / clock_ticks_per_second().max(1)), now),
            capabilities: capability_names(capabilities),
            no_new_privs: field("NoNewPrivs").as_deref() == Some("1"),
            seccomp,
            is_here: None,
        })
    }
}

fn now() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    std::time::Duration::try_from(now).unwrap_or_default().as_nanos().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tclassifier\nUid:\t1\t0\t0\t0\nCapPrm:\tffffffff\nCapEff:\t000000c000001000\n\
                          NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t2\n";

    #[test]
    fn a_process_is_read_as_the_kernel_writes_it() {
        let ticks = 3 * clock_ticks_per_second();
        let stat = format!("7 (a) b) S 1{} {ticks} 0 0\n", " 0".repeat(17));
        let process = ProcessReport::parse(7, STATUS, &stat, 10 * SECOND).unwrap();
        let capabilities = ["cap_net_admin", "cap_perfmon", "cap_bpf"].map(str::to_owned).to_vec();
        let age_seconds = Age::of(0, 7 * SECOND);
        let user = "root".into();
        let expected = ProcessReport {
            id: 7,
            user,
            age_seconds,
            capabilities,
            no_new_privs: true,
            seccomp: "filter",
            is_here: None,
        };
        assert_eq!(process, expected);
    }

    #[test]
    fn this_process_is_young_and_here() {
        let own = ProcessReport::of(std::process::id()).unwrap();
        assert!(own.age_seconds < Age::of(0, 3600 * SECOND), "{own:?}");
        assert_eq!(own.is_here, Some(true));
        assert_eq!(ProcessReport::of(u32::MAX), None);
    }
}
