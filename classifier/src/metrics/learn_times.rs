//! How long learning takes: a histogram whose numbers outlive the agent.

use std::sync::{Arc, atomic::Ordering};

use prometheus::{
    Registry,
    core::{Collector, Desc},
    proto::{Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use super::catalog;
use crate::datapath::{Own, TIMES};

/// Upper bounds in nanoseconds: from a microsecond to half a second, a little more than threefold each.
const BOUNDS: [u64; 12] = [
    1_000,
    3_000,
    10_000,
    30_000,
    100_000,
    300_000,
    1_000_000,
    3_000_000,
    10_000_000,
    30_000_000,
    100_000_000,
    500_000_000,
];

/// Those above the last bound.
const ABOVE: usize = BOUNDS.len();
/// The sum, in nanoseconds.
const SUM: usize = ABOVE + 1;
const _: () = assert!(SUM < TIMES);

/// Who learned, in the order of the numbers.
const BY: [&str; 2] = ["kernel", "agent"];

/// Times from a packet to the entry that it causes, to be observed wherever they are known.
#[derive(Clone, Debug)]
pub struct LearnTimes {
    own: Arc<Own>,
    description: Desc,
}

impl LearnTimes {
    /// In these numbers.
    ///
    /// # Errors
    ///
    /// When the crate refuses a name of the catalogue.
    pub fn new(own: Arc<Own>) -> prometheus::Result<Self> {
        let family = &catalog::FTP_LEARN_SECONDS;
        let labels = family.labels.iter().map(|label| (*label).to_owned()).collect();
        let description =
            Desc::new(family.name.into(), family.help.into(), labels, std::collections::HashMap::new())?;
        Ok(Self { own, description })
    }

    /// An endpoint learned by the programs, in nanoseconds.
    pub fn by_kernel(&self, nanoseconds: u64) {
        self.observe(0, nanoseconds);
    }

    /// An endpoint learned by the agent, in nanoseconds.
    pub fn by_agent(&self, nanoseconds: u64) {
        self.observe(1, nanoseconds);
    }

    fn observe(&self, by: usize, nanoseconds: u64) {
        let bucket = BOUNDS.iter().position(|bound| nanoseconds <= *bound).unwrap_or(ABOVE);
        self.own.time(by, bucket).fetch_add(1, Ordering::Relaxed);
        self.own.time(by, SUM).fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.clone()))
    }

    fn histogram(&self, by: usize) -> Histogram {
        let read = |number| self.own.time(by, number).load(Ordering::Relaxed);
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
        family.set_name(catalog::FTP_LEARN_SECONDS.name.into());
        family.set_help(catalog::FTP_LEARN_SECONDS.help.into());
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
        let own = Arc::new(Own::unpinned().expect("a page"));
        let times = LearnTimes::new(Arc::clone(&own)).expect("the catalogue has its names");
        for nanoseconds in [1_000, 1_001, 600_000_000] {
            times.by_agent(nanoseconds);
        }
        // The next agent goes on with the same numbers.
        let times = LearnTimes::new(own).expect("the catalogue has its names");
        let histogram = times.histogram(1);
        let counts: Vec<_> = histogram.get_bucket().iter().map(Bucket::cumulative_count).collect();
        assert_eq!(counts, [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
        assert_eq!((histogram.get_sample_count(), times.histogram(0).get_sample_count()), (3, 0));
    }
}
