//! One scrape: the kernel's counters, the agent's own, and how the scrape itself went.

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
mod sources;

use self::{
    agent::AgentMetrics,
    datapath::Datapath,
    exposition::{Exposition, Format, Value},
    failures::Failures,
    policy::Policy,
    process::Process,
};
pub use self::{
    ftp::{REJECTED as FTP_REJECTED, REMOVED as FTP_REMOVED, sessions as live_sessions},
    learn_times::LearnTimes,
};
use crate::{
    config::ProtocolNames,
    counters::{Readiness, Snapshot, Source},
    shadow::{self, RuleRows},
};

/// The metrics cannot be set up.
#[derive(Debug, Error)]
pub enum MetricsError {
    /// The agent cannot read about itself.
    #[error("cannot read /proc/self: {0}; mount /proc")]
    Process(#[source] io::Error),
    /// The `prometheus` crate refuses a metric.
    #[error("a metric is refused: {0}; this is a bug of the agent, report it")]
    Refused(#[from] prometheus::Error),
}

/// What captures come to: the families that count packets, and those of the FTP tracking.
#[must_use]
pub fn of_captures(names: &ProtocolNames, snapshot: &Snapshot) -> String {
    let mut out = Exposition::new(Format::Text, 0);
    Datapath::new(names).write(&mut out, snapshot);
    ftp::write(&mut out, &snapshot.ftp);
    out.finish()
}

/// Writes scrapes.
pub struct Exporter {
    source: Arc<dyn Source>,
    datapath: Mutex<Datapath>,
    names: Mutex<ProtocolNames>,
    agent: AgentMetrics,
    process: Process,
    failures: Failures,
    /// Bytes of the last scrape, which the next one will need too.
    length: AtomicUsize,
}

impl Exporter {
    /// An exporter of what `source` reads, with the names that the configuration adds, and of `times`.
    ///
    /// # Errors
    ///
    /// When `/proc/self` cannot be read.
    pub fn new(
        source: Arc<dyn Source>,
        names: &ProtocolNames,
        times: &LearnTimes,
    ) -> Result<Self, MetricsError> {
        Ok(Self {
            source,
            datapath: Mutex::new(Datapath::new(names)),
            names: Mutex::new(names.clone()),
            agent: AgentMetrics::new(times)?,
            process: Process::open().map_err(MetricsError::Process)?,
            failures: Failures::default(),
            length: AtomicUsize::new(0),
        })
    }

    /// Exports what these protocols count too, from the next scrape on.
    pub fn set_names(&self, names: &ProtocolNames) {
        self.datapath().set_names(names);
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names.clone();
    }

    /// The names that are exported beside the fixed ones.
    #[must_use]
    pub fn names(&self) -> ProtocolNames {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Exports what a policy would have done, from the next scrape on; `None`: no policy is tried.
    pub fn set_policy(&self, policy: Option<&shadow::Policy>, rows: &RuleRows) {
        self.datapath().set_policy(policy.map(|policy| Policy::new(policy, rows)));
    }

    /// A panic while writing leaves the labels as they were.
    fn datapath(&self) -> MutexGuard<'_, Datapath> {
        self.datapath.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The agent's own counters.
    #[must_use]
    pub const fn agent(&self) -> &AgentMetrics {
        &self.agent
    }

    /// Whether every wanted interface is attached.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.source.readiness()
    }

    /// Where its numbers come from.
    #[must_use]
    pub fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// One scrape. What cannot be read is missing, and `classifier_scrape_success` and a log line say so.
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
            attached::write(&mut out, &snapshot);
            ftp::write(&mut out, &snapshot.ftp);
        });
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
