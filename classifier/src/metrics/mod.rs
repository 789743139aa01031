// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes a scrape: the kernel's counters, the agent's own, and the result of the scrape itself.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use thiserror::Error;

pub mod agent;
mod attached;
pub mod catalog;
mod connections;
pub mod datapath;
pub mod exposition;
mod failures;
mod ftp;
mod labels;
mod learn_times;
mod openmetrics;
mod policy;
mod process;
mod registered;
mod side;
mod sources;

use self::{
    agent::AgentMetrics,
    datapath::Datapath,
    exposition::{Exposition, Format, Value},
    failures::Failures,
    policy::PolicySeries,
    process::Process,
};
pub use self::{
    ftp::{REJECTED as FTP_REJECTED, REMOVED as FTP_REMOVED, sessions as live_sessions},
    learn_times::LearnTimes,
};
use crate::{
    policy::{Policy, RuleRows},
    protocol_names::ProtocolNames,
    snapshot::{Readiness, Snapshot, SnapshotSource},
};

/// Reason why the metrics cannot be set up.
#[derive(Debug, Error)]
pub enum MetricsError {
    /// The agent's process cannot be read.
    #[error("cannot read /proc/self: {0}; mount /proc")]
    Process(#[source] io::Error),
    /// The `prometheus` crate refuses a metric.
    #[error("cannot register a metric: {0}; this is a bug, report it")]
    Refused(#[from] prometheus::Error),
}

/// Writes the metrics of captures: the families that count packets, and those of the FTP tracking.
#[must_use]
pub fn of_captures(names: &ProtocolNames, snapshot: &Snapshot) -> String {
    let mut out = Exposition::new(Format::Text, 0);
    Datapath::new(names).write(&mut out, snapshot);
    ftp::write(&mut out, &snapshot.ftp);
    out.finish()
}

/// Writes scrapes.
pub struct Exporter {
    source: Arc<dyn SnapshotSource>,
    datapath: Mutex<Datapath>,
    names: Mutex<ProtocolNames>,
    rules: Mutex<RuleRows>,
    agent: AgentMetrics,
    process: Process,
    failures: Failures,
    /// Bytes of the last scrape, as capacity for the next one.
    length: AtomicUsize,
}

impl Exporter {
    /// Creates an exporter of `source` and `times`, with the names that the configuration adds.
    ///
    /// # Errors
    ///
    /// When `/proc/self` cannot be read.
    pub fn new(
        source: Arc<dyn SnapshotSource>,
        names: &ProtocolNames,
        times: &LearnTimes,
    ) -> Result<Self, MetricsError> {
        Ok(Self {
            source,
            datapath: Mutex::new(Datapath::new(names)),
            names: Mutex::new(names.clone()),
            rules: Mutex::default(),
            agent: AgentMetrics::new(times)?,
            process: Process::open().map_err(MetricsError::Process)?,
            failures: Failures::default(),
            length: AtomicUsize::new(0),
        })
    }

    /// Exports the counters of these protocols too, from the next scrape on.
    pub fn set_names(&self, names: &ProtocolNames) {
        self.datapath().set_names(names);
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names.clone();
    }

    /// Returns the names that are exported in addition to the fixed ones.
    #[must_use]
    pub fn names(&self) -> ProtocolNames {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Exports the dry run of a policy, from the next scrape on; `None`: no policy is evaluated.
    pub fn set_policy(&self, policy: Option<&Policy>, rows: &RuleRows) {
        self.datapath().set_policy(policy.map(|policy| PolicySeries::new(policy, rows)));
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rows.clone();
    }

    /// Returns the rules of the dry run, by their rows.
    #[must_use]
    pub fn rules(&self) -> RuleRows {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Locks the labels. A panic while writing leaves them unchanged.
    fn datapath(&self) -> MutexGuard<'_, Datapath> {
        self.datapath.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the agent's own counters.
    #[must_use]
    pub const fn agent(&self) -> &AgentMetrics {
        &self.agent
    }

    /// Tells whether every wanted interface is attached, and every background task runs.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let mut readiness = self.source.readiness();
        readiness.reasons.extend(self.agent.ended_tasks());
        readiness.ready &= readiness.reasons.is_empty();
        readiness
    }

    /// Returns the source of the snapshots.
    #[must_use]
    pub fn source(&self) -> &dyn SnapshotSource {
        &*self.source
    }

    /// Writes one scrape. Unreadable parts are missing, and `classifier_scrape_success` and a log line say
    /// so.
    #[must_use]
    pub fn scrape(&self, format: Format) -> String {
        const ROOM_TO_GROW: usize = 1024;
        let began = Instant::now();
        let length = self.length.load(Ordering::Relaxed);
        let mut out = Exposition::new(format, length + ROOM_TO_GROW);
        let read = self.source.snapshot().map(|snapshot| {
            let datapath = self.datapath();
            datapath.write(&mut out, &snapshot);
            sources::write(&mut out, snapshot.top_sources.as_ref(), datapath.names());
            sources::write_ports(&mut out, snapshot.top_ports.as_ref());
            attached::write(&mut out, &snapshot);
            ftp::write(&mut out, &snapshot.ftp);
            snapshot.unread_sources
        });
        let unread_sources = read.as_ref().ok().and_then(Clone::clone).map(io::Error::other);
        if unread_sources.is_some() {
            self.agent.sources_unread();
        }
        self.failures.note("sources of connections", unread_sources.map_or(Ok(()), Err));
        let duration = began.elapsed();
        let success = self.failures.note("kernel counters", read);

        self.agent.write(&mut out);
        self.failures.note("/proc/self", self.process.write(&mut out));
        out.family(&catalog::SCRAPE_SUCCESS).add(&[], Value::Whole(success.into()));
        out.family(&catalog::SCRAPE_DURATION).add(&[], Value::Real(duration.as_secs_f64()));
        let text = out.finish();
        self.length.store(text.len(), Ordering::Relaxed);
        text
    }
}
