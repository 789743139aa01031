// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes families that are registered with the `prometheus` crate: the agent's own counters.

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::{
    catalog::Kind,
    exposition::{Exposition, Format, Samples, Value},
    labels::Labels,
};

/// Writes one gathered family.
pub fn write(out: &mut Exposition, family: &MetricFamily) {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => Kind::Counter,
        MetricType::GAUGE => Kind::Gauge,
        MetricType::HISTOGRAM => Kind::Histogram,
        // The crate cannot register metrics of these types.
        MetricType::SUMMARY | MetricType::UNTYPED => return,
    };
    let format = out.format();
    let mut samples = out.named(family.name(), family.help(), kind);
    for metric in family.get_metric() {
        let labels = labels(metric.get_label());
        match kind {
            Kind::Counter => samples.add(&[&labels], Value::Real(metric.get_counter().get_value())),
            Kind::Gauge | Kind::Info => samples.add(&[&labels], Value::Real(metric.get_gauge().get_value())),
            Kind::Histogram => histogram(&mut samples, format, &labels, metric),
        }
    }
}

fn labels(pairs: &[LabelPair]) -> Labels {
    let pairs: Vec<_> = pairs.iter().map(|pair| (pair.name(), pair.value())).collect();
    Labels::of(&pairs)
}

fn histogram(samples: &mut Samples<'_, '_>, format: Format, labels: &Labels, metric: &Metric) {
    let histogram = metric.get_histogram();
    let buckets =
        histogram.get_bucket().iter().map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
    let all = (f64::INFINITY, histogram.get_sample_count());
    for (bound, count) in buckets.filter(|(bound, _)| bound.is_finite()).chain([all]) {
        samples.add_suffixed("_bucket", &[labels, &format.bucket(bound)], Value::Whole(count));
    }
    samples.add_suffixed("_sum", &[labels], Value::Real(histogram.get_sample_sum()));
    samples.add_suffixed("_count", &[labels], Value::Whole(histogram.get_sample_count()));
}

#[cfg(test)]
mod tests {
    use prometheus::{Gauge, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};

    use super::*;

    fn registry() -> Registry {
        let registry = Registry::new();
        let counters = IntCounterVec::new(Opts::new("drops_total", "Drops."), &["reason"]).unwrap();
        counters.with_label_values(&["a \"quoted\"\\\n reason"]).inc_by(7);
        counters.with_label_values(&["plain"]).reset();
        let gauge = Gauge::new("level", "A level.").unwrap();
        gauge.set(0.25);
        let times = HistogramOpts::new("learn_seconds", "Times.").buckets(vec![0.000_01, 0.005, 1.0]);
        let times = HistogramVec::new(times, &["by"]).unwrap();
        times.with_label_values(&["agent"]).observe(0.5);
        for collector in
            [Box::new(counters) as Box<dyn prometheus::core::Collector>, Box::new(gauge), Box::new(times)]
        {
            registry.register(collector).unwrap();
        }
        registry
    }

    fn written(format: Format) -> String {
        let mut out = Exposition::new(format, 0);
        registry().gather().iter().for_each(|family| write(&mut out, family));
        out.finish()
    }

    #[test]
    fn the_text_format_is_the_crates_own_to_the_byte() {
        assert_eq!(written(Format::Text), TextEncoder.encode_to_string(&registry().gather()).unwrap());
    }

    #[test]
    fn open_metrics_writes_bounds_as_real_numbers() {
        let text = written(Format::OpenMetrics);
        for line in [
            "# UNIT learn_seconds seconds",
            r#"learn_seconds_bucket{by="agent",le="1e-05"} 0"#,
            r#"learn_seconds_bucket{by="agent",le="1.0"} 1"#,
            r#"learn_seconds_bucket{by="agent",le="+Inf"} 1"#,
            r#"learn_seconds_count{by="agent"} 1"#,
            "# TYPE drops counter",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\n{text}");
        }
    }
}
