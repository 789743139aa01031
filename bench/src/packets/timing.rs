//! One program, run on a packet again and again.

use std::time::Duration;

use crate::processor::busy;
use anyhow::{Context as _, Result, bail, ensure};
use aya::{TestRun as _, TestRunOptions, programs::Program};

/// How long a sample takes, about: long beside a system call, short beside a timer tick.
const SAMPLE: Duration = Duration::from_micros(2500);

/// Runs for a first impression of the time that a program takes.
pub const FIRST: u32 = 10_000;

/// Runs a program so often on a frame, and says how long one run took, in nanoseconds.
///
/// By the time that this thread had a processor, into which nothing else comes that wants one too: the kernel's own
/// figure is in whole nanoseconds.
pub fn run(program: &Program, frame: &[u8], repeat: u32, verdict: u32) -> Result<f64> {
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
    ensure!(result.return_value == verdict, "a program ended with {}", result.return_value);
    Ok(nanoseconds(took) / f64::from(repeat))
}

/// How often to run for a sample, where one run takes so many nanoseconds.
pub fn repeats(one: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some millions")]
    let repeats = (nanoseconds(SAMPLE) / one) as u32;
    repeats.max(1)
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
