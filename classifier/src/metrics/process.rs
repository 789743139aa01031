// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the metrics of the agent's process, with the names that every exporter uses.
//!
//! The collector of the `prometheus` crate is not used: it rounds CPU time down to whole seconds and lists
//! `/proc/self/fd`, which costs more than all counters together once a few hundred links are open.

use std::{fs, fs::File, io, os::unix::fs::FileExt};

use rustix::{
    param::{clock_ticks_per_second, page_size},
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

use super::{
    catalog,
    exposition::{Exposition, Value},
};

const STAT: &str = "/proc/self/stat";
const FDS: &str = "/proc/self/fd";

/// Reads the process's figures at scrape time.
#[derive(Debug)]
pub struct Process {
    /// Kept open: a later sandbox then needs no access to `/proc`.
    stat: File,
    start_seconds: f64,
}

/// Fields of `/proc/self/stat` (see `proc_pid_stat(5)`).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    threads: u64,
    start_ticks: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl Process {
    /// Opens the files that are read at every scrape.
    ///
    /// # Errors
    ///
    /// When `/proc` is not mounted or not readable.
    pub fn open() -> io::Result<Self> {
        let stat = File::open(STAT)?;
        let ticks = read_stat(&stat)?.start_ticks;
        let start_seconds = boot_seconds()? + real(ticks) / real(clock_ticks_per_second());
        Ok(Self { stat, start_seconds })
    }

    /// Writes the `process_*` families.
    ///
    /// # Errors
    ///
    /// When `/proc` does not answer; its families are then missing.
    pub fn write(&self, out: &mut Exposition) -> io::Result<()> {
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        let cpu = Value::Real(std::time::Duration::try_from(cpu).unwrap_or_default().as_secs_f64());
        out.family(&catalog::PROCESS_CPU).add(&[], cpu);
        out.family(&catalog::PROCESS_START_TIME).add(&[], Value::Real(self.start_seconds));
        let limit = |resource| Value::Whole(getrlimit(resource).current.unwrap_or(u64::MAX));
        out.family(&catalog::PROCESS_MAX_FDS).add(&[], limit(Resource::Nofile));
        out.family(&catalog::PROCESS_VIRTUAL_MEMORY_MAX).add(&[], limit(Resource::As));

        let stat = read_stat(&self.stat)?;
        out.family(&catalog::PROCESS_THREADS).add(&[], Value::Whole(stat.threads));
        out.family(&catalog::PROCESS_VIRTUAL_MEMORY).add(&[], Value::Whole(stat.virtual_bytes));
        let resident = stat.resident_pages * page_size() as u64;
        out.family(&catalog::PROCESS_RESIDENT_MEMORY).add(&[], Value::Whole(resident));
        out.family(&catalog::PROCESS_OPEN_FDS).add(&[], Value::Whole(open_fds()?));
        Ok(())
    }
}

/// Counts open descriptors. Linux 6.2 and later give the number as the directory's size; before that it has
/// to be listed.
fn open_fds() -> io::Result<u64> {
    match fs::metadata(FDS)?.len() {
        0 => Ok(fs::read_dir(FDS)?.count() as u64),
        open => Ok(open),
    }
}

fn read_stat(file: &File) -> io::Result<Stat> {
    let mut buffer = [0; 1024];
    let length = file.read_at(&mut buffer, 0)?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    parse(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("{STAT}: {text:?}")))
}

/// Parses the fields. The name in parentheses may hold spaces and parentheses, so fields are counted from its
/// end.
fn parse(stat: &str) -> Option<Stat> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace();
    let mut next = |skip| fields.nth(skip)?.parse().ok();
    Some(Stat {
        threads: next(17)?,
        start_ticks: next(1)?,
        virtual_bytes: next(0)?,
        resident_pages: next(0)?,
    })
}

fn boot_seconds() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().find_map(|line| line.strip_prefix("btime "));
    line.and_then(|seconds| seconds.trim().parse().ok())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "/proc/stat: no btime"))
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 and ticks are far below 2^52")]
const fn real(whole: u64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::exposition::Format;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 9 0 0 0 1 2 0 0 20 0 3 0 4711 8192000 250 184467";
        assert_eq!(
            parse(stat),
            Some(Stat { threads: 3, start_ticks: 4711, virtual_bytes: 8_192_000, resident_pages: 250 })
        );
        assert_eq!(parse("7 (cut) S 1 7"), None);
    }

    #[test]
    fn the_running_test_finds_itself() {
        let process = Process::open().unwrap();
        let mut out = Exposition::new(Format::Text, 0);
        process.write(&mut out).unwrap();
        let text = out.finish();
        let value = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} in\n{text}")).trim().parse().unwrap()
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        assert!((0.0..3600.0).contains(&(now - value("process_start_time_seconds"))));
        assert!(value("process_resident_memory_bytes") > 100_000.0);
        assert!(value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"));
        let listed = fs::read_dir(FDS).unwrap().count();
        assert!((value("process_open_fds") - real(listed as u64)).abs() <= 32.0);
        assert!(value("process_threads") >= 1.0 && value("process_cpu_seconds_total") > 0.0);
    }
}
