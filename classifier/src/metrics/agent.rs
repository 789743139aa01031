// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent's metrics about itself.

use std::{
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

use super::{
    catalog::{self, Family, label},
    exposition::{Exposition, Value},
    labels::Labels,
    learn_times::LearnTimes,
    registered,
};
use crate::{sandbox::Sandbox, supervisor::Supervisor, telemetry};

/// Reason why the agent ended an HTTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// The client showed no certificate that is permitted.
    ClientCertificate,
    /// The connection was idle for longest when the limit of connections was reached.
    Crowded,
    /// The TLS handshake failed.
    Handshake,
    /// The request did not parse, or was too large.
    Malformed,
    /// The client does not speak TLS, and should.
    NotTls,
    /// The TLS handshake timed out.
    SlowHandshake,
    /// The request timed out.
    SlowRequest,
    /// The client did not read the answer in time.
    SlowResponse,
}

const DROPS: [(DropReason, &str); 8] = [
    (DropReason::ClientCertificate, "client_certificate"),
    (DropReason::Crowded, "crowded"),
    (DropReason::Handshake, "handshake"),
    (DropReason::Malformed, "malformed"),
    (DropReason::NotTls, "not_tls"),
    (DropReason::SlowHandshake, "slow_handshake"),
    (DropReason::SlowRequest, "slow_request"),
    (DropReason::SlowResponse, "slow_response"),
];

/// Reason why the agent refused an HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The rate limit was reached.
    RateLimited,
    /// The request has no name and password, or wrong ones.
    Unauthorized,
}

const REFUSALS: [(RefusalReason, &str); 2] =
    [(RefusalReason::RateLimited, "rate_limited"), (RefusalReason::Unauthorized, "unauthorized")];

/// The agent's own counters. Every metric that is registered here is exported.
#[derive(Debug)]
pub struct AgentMetrics {
    registry: Registry,
    drops: [IntCounter; DROPS.len()],
    refusals: [IntCounter; REFUSALS.len()],
    source_read_failures: IntCounter,
    web_config: Reading,
    config: Reading,
    /// Known once the agent is in the sandbox.
    sandbox: OnceLock<(Sandbox, Labels)>,
    /// Known once tasks run.
    supervisor: OnceLock<Arc<Supervisor>>,
    build: Labels,
}

impl AgentMetrics {
    /// Creates all counters at 0; `times` are exported with them.
    ///
    /// # Errors
    ///
    /// When the crate refuses a name of the catalogue, or one is registered twice.
    pub fn new(times: &LearnTimes) -> prometheus::Result<Self> {
        let registry = Registry::new();
        times.register(&registry)?;
        let drops = counters(&registry, &catalog::HTTP_CONNECTIONS_DROPPED)?;
        let refusals = counters(&registry, &catalog::HTTP_REQUESTS_REFUSED)?;
        let source_read_failures = counter(&registry, &catalog::SOURCE_READ_FAILURES)?;
        let web_config = Reading::new(&registry, &catalog::WEB_CONFIG_SUCCESSFUL, &catalog::WEB_CONFIG_READ)?;
        let config = Reading::new(&registry, &catalog::CONFIG_SUCCESSFUL, &catalog::CONFIG_READ)?;
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease");
        let build = Labels::of(&[
            (label::VERSION, env!("CARGO_PKG_VERSION")),
            (label::REVISION, crate::REVISION),
            (label::KERNEL, kernel.as_deref().map_or("unknown", str::trim)),
        ]);
        Ok(Self {
            registry,
            drops: DROPS.map(|(_, reason)| drops.with_label_values(&[reason])),
            refusals: REFUSALS.map(|(_, reason)| refusals.with_label_values(&[reason])),
            source_read_failures,
            web_config,
            config,
            sandbox: OnceLock::new(),
            supervisor: OnceLock::new(),
            build,
        })
    }

    /// Counts an HTTP connection that was ended.
    pub fn connection_dropped(&self, reason: DropReason) {
        self.drops[reason as usize].inc();
    }

    /// Counts an HTTP request that was refused.
    pub fn request_refused(&self, reason: RefusalReason) {
        self.refusals[reason as usize].inc();
    }

    /// Counts a scrape that left the sources of connections out.
    pub fn sources_unread(&self) {
        self.source_read_failures.inc();
    }

    /// Records that the web configuration was read, and whether it applies now.
    pub fn web_config_read(&self, successful: bool) {
        self.web_config.note(successful);
    }

    /// Records that the settings were read, and whether they apply now.
    pub fn config_read(&self, successful: bool) {
        self.config.note(successful);
    }

    /// Records the agent's sandbox, which does not change.
    pub fn sandboxed(&self, sandbox: &Sandbox) {
        let word = |is: bool| if is { "true" } else { "false" };
        self.sandbox.get_or_init(|| {
            let labels = Labels::of(&[
                (label::USER, &sandbox.user),
                (label::CAPABILITIES, &sandbox.capabilities),
                (label::NO_NEW_PRIVS, word(sandbox.no_new_privs)),
                (label::SECCOMP, word(sandbox.seccomp)),
                (label::LANDLOCK, sandbox.landlock),
            ]);
            (sandbox.clone(), labels)
        });
    }

    /// Exports the background tasks of this supervisor, which does not change.
    pub fn supervised(&self, supervisor: &Arc<Supervisor>) {
        self.supervisor.get_or_init(|| Arc::clone(supervisor));
    }

    /// Lists the reasons why background tasks do not run, one sentence each.
    #[must_use]
    pub fn ended_tasks(&self) -> Vec<String> {
        self.supervisor.get().map(|supervisor| supervisor.reasons()).unwrap_or_default()
    }

    /// Reads the gauges that the page shows too.
    #[must_use]
    pub fn gauges(&self) -> GaugeValues {
        GaugeValues {
            config_applies: self.config.successful.get() == 1,
            web_config_applies: self.web_config.successful.get() == 1,
            sandbox: self.sandbox.get().map(|(sandbox, _)| sandbox.clone()),
        }
    }

    /// Writes everything that is registered.
    pub fn write(&self, out: &mut Exposition) {
        for family in self.registry.gather() {
            registered::write(out, &family);
        }
        let supervisor = self.supervisor.get_or_init(Arc::default);
        let mut restarts = out.family(&catalog::BACKGROUND_TASK_RESTARTS);
        for (task, number) in supervisor.restarts() {
            restarts.add(&[&Labels::of(&[(label::TASK, task.label())])], Value::Whole(number));
        }
        out.family(&catalog::LOG_LINES_DROPPED).add(&[], Value::Whole(telemetry::dropped_lines()));
        if let Some((_, sandbox)) = self.sandbox.get() {
            out.family(&catalog::SANDBOX_INFO).add(&[sandbox], Value::Whole(1));
        }
        out.family(&catalog::BUILD_INFO).add(&[&self.build], Value::Whole(1));
    }
}

/// The gauges of the agent: whether the last files that were read apply, and its sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaugeValues {
    /// True if the settings that were read last apply.
    pub config_applies: bool,
    /// True if the web configuration applies as its files are.
    pub web_config_applies: bool,
    /// Sandbox of the agent; `None` before it is entered.
    pub sandbox: Option<Sandbox>,
}

/// Result of the last reading, and the time of the last successful one.
#[derive(Debug)]
struct Reading {
    successful: IntGauge,
    at: Gauge,
}

impl Reading {
    fn new(registry: &Registry, successful: &Family, at: &Family) -> prometheus::Result<Self> {
        let opts = |family: &Family| Opts::new(family.name, family.help);
        let reading =
            Self { successful: IntGauge::with_opts(opts(successful))?, at: Gauge::with_opts(opts(at))? };
        reading.successful.set(1);
        registry.register(Box::new(reading.successful.clone()))?;
        registry.register(Box::new(reading.at.clone()))?;
        Ok(reading)
    }

    fn note(&self, successful: bool) {
        self.successful.set(successful.into());
        if successful {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            self.at.set(now.as_secs_f64());
        }
    }
}

fn counter(registry: &Registry, family: &Family) -> prometheus::Result<IntCounter> {
    let counter = IntCounter::with_opts(Opts::new(family.name, family.help))?;
    registry.register(Box::new(counter.clone()))?;
    Ok(counter)
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
    fn the_tables_are_in_the_order_of_the_variants() {
        for (index, (drop, _)) in DROPS.into_iter().enumerate() {
            assert_eq!(drop as usize, index);
        }
        for (index, (refusal, _)) in REFUSALS.into_iter().enumerate() {
            assert_eq!(refusal as usize, index);
        }
    }
}
