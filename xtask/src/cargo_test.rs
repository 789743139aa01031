// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Test programs that `cargo test` builds: run, output and counts.

use std::{
    fmt,
    io::{BufRead, BufReader},
    iter::Sum,
    ops::AddAssign,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::{process::line, release::Target, workspace};

#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
    pub ignored: u32,
    /// `false` also after a compile error, or if a test kills its process.
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
    /// Adds the counts of a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
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

/// Tested packages. Every build names all targets of all packages, because cargo rebuilds a library for each
/// selection with other features.
const PACKAGES: [&str; 5] = ["bench", "classifier", "classifier-common", "testbed", "xtask"];

/// A test program, or the agent that the tests run.
pub struct Program {
    /// Package of the program.
    pub package: String,
    /// Name of the target.
    pub name: String,
    /// Path of the executable.
    pub path: PathBuf,
    /// True for a test program, false for the agent.
    pub is_test: bool,
    /// Folder of the package: working directory of the tests.
    folder: PathBuf,
}

impl Program {
    /// Returns the command that runs all tests of the program, also after one has failed.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        // Tests that start servers find the unpacked programs by this variable.
        command.env("CLASSIFIER_TOOLS", workspace::tools());
        command
    }
}

/// Builds the tests of all packages.
pub fn build() -> Result<Vec<Program>> {
    let packages = PACKAGES.iter().flat_map(|package| ["--package", package]);
    programs(workspace::cargo().args(["test", "--no-run"]).args(packages))
}

/// Builds test targets of the agent, and the agent, for another target.
pub fn build_for(target: &Target, tests: &[&str]) -> Result<Vec<Program>> {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--no-run", "--package", "classifier"]);
    programs(target.choose(&mut cargo).args(tests.iter().flat_map(|test| ["--test", test])))
}

/// Builds programs, and lists them as cargo reports them.
fn programs(cargo: &mut Command) -> Result<Vec<Program>> {
    let metadata = workspace::metadata()?;
    cargo.arg("--message-format=json-render-diagnostics");
    let output = cargo.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {}", line(cargo)))?;
    if !output.status.success() {
        bail!("{}: {}", line(cargo), output.status);
    }
    let mut programs = Vec::new();
    for message in Message::parse_stream(&*output.stdout) {
        if let Message::CompilerArtifact(artifact) = message.context("cannot read the output of cargo")?
            && let Some(path) = artifact.executable
            && (artifact.profile.test || artifact.target.is_bin())
        {
            let package = &metadata[&artifact.package_id];
            let folder = package.manifest_path.parent().context("a package has a folder")?;
            programs.push(Program {
                package: package.name.to_string(),
                name: artifact.target.name,
                path: path.into(),
                is_test: artifact.profile.test,
                folder: folder.into(),
            });
        }
    }
    programs.sort_by(|one, other| (&one.package, &one.name).cmp(&(&other.package, &other.name)));
    Ok(programs)
}

/// Runs the tests of a program, and prints their output line by line.
pub fn run(program: &Program) -> Result<Count> {
    println!("     Running {} of {}", program.name, program.package);
    let mut command = program.command();
    let child = command.stdout(Stdio::piped()).spawn();
    let mut child = child.with_context(|| format!("cannot start {}", line(&command)))?;
    let output = child.stdout.take().context("a test has no output")?;
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read the output of a test")?;
        println!("{line}");
        count.add(&line);
    }
    count.succeeded = child.wait().context("a test")?.success();
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
