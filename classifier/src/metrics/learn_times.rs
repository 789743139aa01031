// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Measures the time to learn a data port, in a histogram whose numbers outlive the agent.

use std::sync::{Arc, atomic::Ordering};

use prometheus::{
    Registry,
    core::{Collector, Desc},
    proto::{Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use super::catalog;
use crate::datapath::{AgentCounters, TIME_BOUNDS as BOUNDS, TIMES, TIMES_BY as BY};

/// Index of the bucket above the last bound.
const ABOVE: usize = BOUNDS.len();
/// Index of the sum, in nanoseconds.
const SUM: usize = ABOVE + 1;
const _: () = assert!(SUM < TIMES);

/// Histogram of the times from a packet to its entry.
#[derive(Clone, Debug)]
pub struct LearnTimes {
    agent_counters: Arc<AgentCounters>,
    description: Desc,
}

impl LearnTimes {
    /// Creates the histogram over these numbers.
    ///
    /// # Errors
    ///
    /// When the crate refuses a name of the catalogue.
    pub fn new(agent_counters: Arc<AgentCounters>) -> prometheus::Result<Self> {
        let family = &catalog::FTP_LEARN_DURATION;
        let labels = family.labels.iter().map(|label| (*label).to_owned()).collect();
        let description =
            Desc::new(family.name.into(), family.help.into(), labels, std::collections::HashMap::new())?;
        Ok(Self { agent_counters, description })
    }

    /// Records an endpoint learned by the programs, in nanoseconds.
    pub fn by_kernel(&self, nanoseconds: u64) {
        self.observe(0, nanoseconds);
    }

    /// Records an endpoint learned by the agent, in nanoseconds.
    pub fn by_agent(&self, nanoseconds: u64) {
        self.observe(1, nanoseconds);
    }

    fn observe(&self, by: usize, nanoseconds: u64) {
        let bucket = BOUNDS.iter().position(|bound| nanoseconds <= *bound).unwrap_or(ABOVE);
        self.agent_counters.time(by, bucket).fetch_add(1, Ordering::Relaxed);
        self.agent_counters.time(by, SUM).fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.clone()))
    }

    fn histogram(&self, by: usize) -> Histogram {
        let read = |number| self.agent_counters.time(by, number).load(Ordering::Relaxed);
        let mut cumulative = 0;
        let buckets = BOUNDS.iter().enumerate().map(|(number, bound)| {
            cumulative += read(number);
            let mut bucket = Bucket::default();
            bucket.set_cumulative_count(cumulative);
            bucket.set_upper_bound(seconds(*bound));
            bucket
        });
        let buckets = buckets.collect();
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets);
        histogram.set_sample_count(cumulative + read(ABOVE));
        histogram.set_sample_sum(seconds(read(SUM)));
        histogram
    }
}

impl Collector for LearnTimes {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.description]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let metrics = BY.iter().enumerate().map(|(number, by)| {
            let mut label = LabelPair::default();
            label.set_name(catalog::label::BY.into());
            label.set_value((*by).into());
            let mut metric = Metric::from_label(vec![label]);
            metric.set_histogram(self.histogram(number));
            metric
        });
        let mut family = MetricFamily::default();
        family.set_metric(metrics.collect());
        family.set_name(catalog::FTP_LEARN_DURATION.name.into());
        family.set_help(catalog::FTP_LEARN_DURATION.help.into());
        family.set_field_type(MetricType::HISTOGRAM);
        vec![family]
    }
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of less than a hundred days")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_bucket_of_its_bound_and_all_above() {
        let agent_counters = Arc::new(AgentCounters::unpinned().expect("a page"));
        let times = LearnTimes::new(Arc::clone(&agent_counters)).expect("the catalogue has its names");
        for nanoseconds in [1_000, 1_001, 600_000_000] {
            times.by_agent(nanoseconds);
        }
        // The next agent continues with the same numbers.
        let times = LearnTimes::new(agent_counters).expect("the catalogue has its names");
        let histogram = times.histogram(1);
        let counts: Vec<_> = histogram.get_bucket().iter().map(Bucket::cumulative_count).collect();
        assert_eq!(counts, [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
        assert_eq!((histogram.get_sample_count(), times.histogram(0).get_sample_count()), (3, 0));
    }
}
