//! All that is known of a source: the last sample, its rates, and the last minute.

use std::{collections::HashMap, time::Duration};

use super::{
    history::History,
    rates::Rates,
    sample::{Flow, Message, Sample},
};

/// Times are since some beginning, the same for all calls.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// The last sample, and when it was taken.
    pub latest: Option<(Duration, Sample)>,
    /// From the one before; `None` while there is none, and after the source could not be read.
    pub rates: Option<Rates>,
    /// Packets a second of each flow.
    pub traffic: HashMap<Flow, History>,
    /// Messages a second of each kind.
    pub icmp: HashMap<Message, History>,
    /// Why the source cannot be read now, and since when.
    pub failure: Option<(Duration, String)>,
}

impl Board {
    /// The source said this, or why it could not be read.
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
            // Rows that have never counted anything are not shown, and need no history.
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
