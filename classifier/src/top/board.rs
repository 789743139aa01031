// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! All that is known of a source: the last sample, its rates, and the last minute.

use std::{collections::HashMap, time::Duration};

use super::{
    history::History,
    rates::Rates,
    sample::{Flow, Message, Sample},
};

/// Samples, rates and history of a source. Times are since a fixed start.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// Last sample, with its time.
    pub latest: Option<(Duration, Sample)>,
    /// Rates since the previous sample; `None` after the first sample, and after a failed read.
    pub rates: Option<Rates>,
    /// History of each flow, in packets a second.
    pub traffic: HashMap<Flow, History>,
    /// History of each kind of ICMP message, in messages a second.
    pub icmp: HashMap<Message, History>,
    /// Cause and time of a failure to read the source.
    pub failure: Option<(Duration, String)>,
}

impl Board {
    /// Takes a sample, or the reason why there is none.
    pub fn take(&mut self, at: Duration, read: Result<Sample, String>) {
        match read {
            Ok(sample) => self.take_sample(at, sample),
            Err(reason) => {
                let since = self.failure.take().map_or(at, |(since, _)| since);
                self.failure = Some((since, reason));
            }
        }
        self.traffic.values_mut().for_each(|history| history.pass(at));
        self.icmp.values_mut().for_each(|history| history.pass(at));
        self.traffic.retain(|_, history| !history.is_empty());
        self.icmp.retain(|_, history| !history.is_empty());
    }

    fn take_sample(&mut self, at: Duration, sample: Sample) {
        self.failure = None;
        self.rates = self.latest.take().map(|(before, earlier)| {
            let rates = Rates::between(&earlier, &sample, at.saturating_sub(before));
            // Rows that have never counted are not shown, and need no history.
            for (flow, rate) in &rates.traffic {
                if sample.traffic.get(flow).is_some_and(|tally| tally.packets > 0) {
                    self.traffic.entry(flow.clone()).or_default().add(before, at, rate.packets);
                }
            }
            for (message, rate) in &rates.icmp {
                self.icmp.entry(message.clone()).or_default().add(before, at, *rate);
            }
            rates
        });
        self.latest = Some((at, sample));
    }
}
