// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Times observed by an agent.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use testbed::{Agent, Samples};

const FAMILY: &str = "classifier_ftp_learn_duration_seconds";

/// A histogram.
pub struct Times {
    /// Upper bounds in seconds, each with the cumulative number of observations.
    buckets: Vec<(f64, f64)>,
    sum: f64,
}

impl Times {
    /// Waits until there are `count` observations, for at most ten seconds.
    pub fn once(agent: &Agent, by: &str, count: u64) -> Result<Self> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let samples = agent.metrics();
            let learned = samples.sum(&format!("{FAMILY}_count"), &[("by", by)]);
            if learned >= count {
                return Self::of(&samples, by);
            }
            ensure!(Instant::now() < deadline, "{learned} of {count} announcements were learned by the {by}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn of(samples: &Samples, by: &str) -> Result<Self> {
        let labels = [("by", by)];
        let (bucket, sum) = (format!("{FAMILY}_bucket"), format!("{FAMILY}_sum"));
        let bound = |text: &str| text.parse::<f64>().with_context(|| format!("no bound: {text}"));
        let buckets = samples.of(&bucket, &labels).map(|one| Ok((bound(one.label("le"))?, one.value)));
        let mut buckets = buckets.collect::<Result<Vec<_>>>()?;
        buckets.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let sum = samples.of(&sum, &labels).map(|one| one.value).sum();
        Ok(Self { buckets, sum })
    }

    pub fn count(&self) -> f64 {
        self.buckets.last().map_or(0.0, |(_, count)| *count)
    }

    /// Returns the mean in seconds.
    pub fn mean(&self) -> f64 {
        self.sum / self.count()
    }

    /// Returns the upper bound, in seconds, of the bucket that contains this quantile.
    pub fn within(&self, share: f64) -> Result<f64> {
        let enough = self.count() * share;
        let bucket = self.buckets.iter().find(|(_, count)| *count >= enough);
        bucket.map(|(bound, _)| *bound).context("no times")
    }
}
