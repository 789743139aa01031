//! What the agent counts and says about itself.

use std::{sync::OnceLock, time::SystemTime};

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

use super::{
    catalog::{self, Family, label},
    exposition::{Exposition, Value},
    labels::Labels,
    learn_times::LearnTimes,
    registered,
};
use crate::sandbox::Sandbox;

/// Why the agent ended an HTTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// Its client showed no certificate that is let in.
    ClientCertificate,
    /// It was the longest idle one when there was no room for another.
    Crowded,
    /// Its TLS handshake failed.
    Handshake,
    /// Its request did not parse, or was too large.
    Malformed,
    /// It does not speak TLS, and should.
    NotTls,
    /// Its TLS handshake did not end in time.
    SlowHandshake,
    /// Its request did not come in time.
    SlowRequest,
    /// Its answer was not taken in time.
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

/// Why the agent refused an HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// There were too many.
    RateLimited,
    /// It has no name and password, or wrong ones.
    Unauthorized,
}

const REFUSALS: [(RefusalReason, &str); 2] =
    [(RefusalReason::RateLimited, "rate_limited"), (RefusalReason::Unauthorized, "unauthorized")];

/// The agent's own counters. What is registered here is exported.
#[derive(Debug)]
pub struct AgentMetrics {
    registry: Registry,
    drops: [IntCounter; DROPS.len()],
    refusals: [IntCounter; REFUSALS.len()],
    web_config: Reading,
    config: Reading,
    /// Known once the agent is in it.
    sandbox: OnceLock<(Sandbox, Labels)>,
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
        let refusals = counters(&registry, &catalog::HTTP_REQUESTS_REFUSED)?;
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
            web_config,
            config,
            sandbox: OnceLock::new(),
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

    /// Notes that the web configuration was read, and whether it applies now.
    pub fn web_config_read(&self, successful: bool) {
        self.web_config.note(successful);
    }

    /// Notes that the settings were read, and whether they apply now.
    pub fn config_read(&self, successful: bool) {
        self.config.note(successful);
    }

    /// Notes what holds the agent, which does not change.
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

    /// How the agent stands, as far as it counts that.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            config_applies: self.config.successful.get() == 1,
            web_config_applies: self.web_config.successful.get() == 1,
            sandbox: self.sandbox.get().map(|(sandbox, _)| sandbox.clone()),
        }
    }

    /// Writes everything that is registered, and what is built in.
    pub fn write(&self, out: &mut Exposition) {
        for family in self.registry.gather() {
            registered::write(out, &family);
        }
        if let Some((_, sandbox)) = self.sandbox.get() {
            out.family(&catalog::SANDBOX_INFO).add(&[sandbox], Value::Whole(1));
        }
        out.family(&catalog::BUILD_INFO).add(&[&self.build], Value::Whole(1));
    }
}

/// How the agent stands: what was read last, and what holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether the settings that were read last apply.
    pub config_applies: bool,
    /// Whether the web configuration applies as its files are.
    pub web_config_applies: bool,
    /// What holds it; `None` before it is held.
    pub sandbox: Option<Sandbox>,
}

/// Whether what was read last applies, and when what applies was read.
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
