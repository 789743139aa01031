//! What the agent counts and says about itself.

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use super::{
    catalog::{self, Family, label},
    exposition::{Exposition, Value},
    ftp::LearnTimes,
    labels::Labels,
    registered,
};

/// Why the agent ended an HTTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// It was the longest idle one when there was no room for another.
    Crowded,
    /// Its request did not parse, or was too large.
    Malformed,
    /// Its request did not come in time.
    SlowRequest,
    /// Its answer was not taken in time.
    SlowResponse,
}

const DROPS: [(DropReason, &str); 4] = [
    (DropReason::Crowded, "crowded"),
    (DropReason::Malformed, "malformed"),
    (DropReason::SlowRequest, "slow_request"),
    (DropReason::SlowResponse, "slow_response"),
];

/// The agent's own counters. What is registered here is exported.
#[derive(Debug)]
pub struct AgentMetrics {
    registry: Registry,
    drops: [IntCounter; DROPS.len()],
    build: Labels,
}

impl AgentMetrics {
    /// All counters at 0; `times` are exported with them.
    ///
    /// # Errors
    ///
    /// When the crate refuses a name of the catalogue, or one is registered twice.
    pub fn new(times: &LearnTimes) -> prometheus::Result<Self> {
        let registry = Registry::new();
        times.register(&registry)?;
        let drops = counters(&registry, &catalog::HTTP_CONNECTIONS_DROPPED)?;
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease");
        let build = Labels::of(&[
            (label::VERSION, env!("CARGO_PKG_VERSION")),
            (label::REVISION, crate::REVISION),
            (label::KERNEL, kernel.as_deref().map_or("unknown", str::trim)),
        ]);
        Ok(Self { registry, drops: DROPS.map(|(_, reason)| drops.with_label_values(&[reason])), build })
    }

    /// Counts an HTTP connection that was ended.
    pub fn connection_dropped(&self, reason: DropReason) {
        self.drops[reason as usize].inc();
    }

    /// Writes everything that is registered, and what is built in.
    pub fn write(&self, out: &mut Exposition) {
        for family in self.registry.gather() {
            registered::write(out, &family);
        }
        out.family(&catalog::BUILD_INFO).add(&[&self.build], Value::Whole(1));
    }
}

fn counters(registry: &Registry, family: &Family) -> prometheus::Result<IntCounterVec> {
    let counters = IntCounterVec::new(Opts::new(family.name, family.help), family.labels)?;
    registry.register(Box::new(counters.clone()))?;
    Ok(counters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_drops_is_in_the_order_of_the_variants() {
        for (index, (drop, _)) in DROPS.into_iter().enumerate() {
            assert_eq!(drop as usize, index);
        }
    }
}
