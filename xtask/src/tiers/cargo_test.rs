//! `cargo test`, shown as it runs, and counted.

use std::{
    ffi::OsStr,
    fmt,
    io::{BufRead, BufReader},
    iter::Sum,
    ops::AddAssign,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::{process::line, workspace};

#[derive(Default, Debug, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
    pub ignored: u32,
    /// False also when something does not compile, or a test takes its process down.
    pub succeeded: bool,
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} tests", self.passed + self.failed)?;
        if self.failed > 0 {
            write!(out, ", {} failed", self.failed)?;
        }
        if self.ignored > 0 {
            write!(out, ", {} ignored", self.ignored)?;
        }
        if !self.succeeded && self.failed == 0 {
            write!(out, ", cargo test failed")?;
        }
        Ok(())
    }
}

impl Count {
    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for part in counts.split("; ") {
            match part.split_once(' ').map(|(number, what)| (number.parse(), what)) {
                Some((Ok(number), "passed")) => self.passed += number,
                Some((Ok::<u32, _>(number), "failed")) => self.failed += number,
                Some((Ok(number), "ignored")) => self.ignored += number,
                Some(_) | None => {}
            }
        }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.succeeded &= other.succeeded;
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        let mut sum = Self { succeeded: true, ..Self::default() };
        counts.for_each(|count| sum += count);
        sum
    }
}

/// The command that runs the chosen tests to the end, also after one has failed.
pub fn command(chosen: &[impl AsRef<OsStr>]) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--no-fail-fast"]).args(chosen);
    // Tests that start servers find them here.
    cargo.env("CLASSIFIER_TOOLS", workspace::tools());
    cargo
}

/// Runs them, and shows what they say as they say it.
pub fn run(chosen: &[impl AsRef<OsStr>]) -> Result<Count> {
    let mut cargo = command(chosen);
    let mut child =
        cargo.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", line(&cargo)))?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read what cargo test says")?;
        println!("{line}");
        count.add(&line);
    }
    count.succeeded = child.wait().context("cargo test")?.success();
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn results_of_several_binaries_add_up() {
        let mut count = Count::default();
        for line in [
            "running 4 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            count.add(line);
        }
        assert_eq!(count, Count { passed: 5, failed: 5, ignored: 1, succeeded: false });
        assert_eq!(count.to_string(), "10 tests, 5 failed, 1 ignored");
    }
}
