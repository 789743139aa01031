// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Jobs that run in parallel, each in its own process. The output of a job is printed at its end, so that its
//! lines stay together.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, PipeReader},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use anyhow::{Context, Result};

use crate::cargo_test::Count;
use crate::process::line;

/// Limit of parallel jobs. More would wait for one another, and for the machine's one network stack.
const MOST: usize = 4;

/// A process that runs tests.
pub struct Job {
    /// Display name of the job.
    pub name: String,
    /// Command of the job.
    pub command: Command,
}

/// Outcome of a job.
pub struct Ended {
    /// Name of the job.
    pub name: String,
    /// Number of its tests.
    pub count: Count,
    /// Last line of its output.
    pub last: String,
}

/// Runs all jobs to their ends, in order, as many at a time as there are processors. A job that cannot run
/// has failed.
pub fn run(jobs: Vec<Job>) -> Vec<Ended> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST);
    let (left, ended) = (Mutex::new(VecDeque::from(jobs)), Mutex::new(Vec::new()));
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(job) = next() {
                    let one = shown(job);
                    ended.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                }
            });
        }
    });
    ended.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn shown(Job { name, mut command }: Job) -> Ended {
    println!("--- {name} begins");
    let begin = Instant::now();
    let (said, count) = match run_job(&mut command) {
        Ok(result) => result,
        Err(error) => (format!("{error:#}\n"), Count::default()),
    };
    let took = begin.elapsed().as_secs();
    println!("\n--- {name}: {count} in {took} s\n{said}");
    let last = said.lines().next_back().unwrap_or_default().to_owned();
    Ended { name, count, last }
}

/// Runs a command to its end, and returns its output.
fn run_job(command: &mut Command) -> Result<(String, Count)> {
    let (said, writer) = io::pipe().context("cannot make a pipe")?;
    let other = writer.try_clone().context("cannot share a pipe")?;
    let child = command.stdout(writer).stderr(other).spawn();
    let mut child = child.with_context(|| format!("cannot start {}", line(command)))?;
    // The pipe ends when its last writer closes it, and `command` holds a write end until this line.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (said, mut count) = read(said)?;
    count.succeeded = child.wait().with_context(|| format!("cannot wait for {}", line(command)))?.success();
    Ok((said, count))
}

fn read(pipe: PipeReader) -> Result<(String, Count)> {
    let (mut said, mut count) = (String::new(), Count::default());
    for line in BufReader::new(pipe).split(b'\n') {
        let line = line.context("cannot read the output of a job")?;
        let line = String::from_utf8_lossy(&line);
        count.add(&line);
        said.extend([&line, "\n"]);
    }
    Ok((said, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(name: &str, script: &str) -> Job {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Job { name: name.into(), command }
    }

    #[test]
    fn all_jobs_run_and_each_says_what_came_of_it() {
        let result =
            "test result: ok. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        let jobs = vec![
            job("good", &format!("echo '{result}' >&2; printf 'last words'")),
            job("bad", &format!("echo '{result}'; exit 1")),
            job("silent", "true"),
        ];
        let mut ended: Vec<_> = run(jobs)
            .into_iter()
            .map(|Ended { name, count, last }| (name, count.passed, count.failed, count.succeeded, last))
            .collect();
        ended.sort();
        let is = |name: &str, passed, failed, succeeded, last: &str| {
            (name.to_owned(), passed, failed, succeeded, last.to_owned())
        };
        assert_eq!(
            ended,
            [
                is("bad", 3, 1, false, result),
                is("good", 3, 1, true, "last words"),
                is("silent", 0, 0, true, "")
            ]
        );
    }

    #[test]
    fn what_cannot_be_started_has_failed_and_says_why() {
        let ended = run(vec![Job { name: "none".into(), command: Command::new("/does/not/exist") }]);
        let [Ended { count, last, .. }] = &ended[..] else { panic!("{} jobs", ended.len()) };
        assert!(!count.succeeded && last.starts_with("cannot start /does/not/exist"), "{last}");
    }
}
