// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Run time of one program on a repeated packet.

use std::time::Duration;

use crate::processor::busy;
use anyhow::{Context as _, Result, bail, ensure};
use aya::{TestRun as _, TestRunOptions, programs::Program};

/// Approximate duration of a sample: long beside a system call, short beside a timer tick.
const SAMPLE: Duration = Duration::from_micros(2500);

/// Number of runs for a first estimate of a program's run time.
pub const FIRST: u32 = 10_000;

/// Runs a program `repeat` times on a frame, and returns the nanoseconds of one run.
///
/// A run with another verdict than `verdict` is an error. The clock is this thread's processor time, which excludes other processes. The kernel's own result is in
/// whole nanoseconds.
pub fn run(program: &Program, frame: &[u8], repeat: u32, verdict: Option<u32>) -> Result<f64> {
    let options = TestRunOptions { data_in: Some(frame), repeat, ..TestRunOptions::default() };
    let start = busy()?;
    let result = if let Program::Xdp(xdp) = program {
        xdp.test_run(options)
    } else if let Program::SchedClassifier(classifier) = program {
        classifier.test_run(options)
    } else {
        bail!("no program for packets: {program:?}")
    };
    let took = busy()?.saturating_sub(start);
    let result = result.context("the kernel refuses a test run")?;
    let expected = verdict.unwrap_or(result.return_value);
    ensure!(result.return_value == expected, "a program ended with {}", result.return_value);
    Ok(nanoseconds(took) / f64::from(repeat))
}

/// Returns the number of runs in a sample, given the nanoseconds of one run.
pub fn repeats(one: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some millions")]
    let repeats = (nanoseconds(SAMPLE) / one) as u32;
    repeats.max(1)
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
