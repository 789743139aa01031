//! New settings for a running agent: all of them, or none.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use classifier_common::{ports::Transport, protocol::Protocol};
use thiserror::Error;
use tracing::{error, info};

mod hangup;

pub use self::hangup::Hangups;
use crate::{
    config::{Assignment, ConfigError, EvidenceSettings, FtpSettings, NoRow, Settings, Sources},
    metrics::Exporter,
    service,
    shadow::{NoRuleRow, Policy, RuleRows},
};

/// What of a running agent can change.
pub trait Reloadable: Send + Sync {
    /// Whether the interfaces of these settings are there.
    ///
    /// # Errors
    ///
    /// When one that is named is not.
    fn check_interfaces(&self, settings: &Settings) -> Result<(), ReloadError>;

    /// Keeps which name has which row, beside the counters.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    fn keep_names(&self, assignment: &Assignment) -> Result<(), ReloadError>;

    /// Counts the interfaces of these settings in place of the others from now on. Those that stay are counted on without
    /// a gap.
    fn set_interfaces(&self, settings: &Settings);

    /// Gives ports to protocols; what stays the same is never anything else meanwhile.
    fn set_ports(&self, ports: &[(Transport, u16, Protocol)]);

    /// Keeps which rule has which row, beside the counters.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    fn keep_rules(&self, rows: &RuleRows) -> Result<(), ReloadError>;

    /// Writes the next policy beside the one that applies.
    ///
    /// # Errors
    ///
    /// When there is no room for it; the one before still applies.
    fn stage_policy(
        &self,
        policy: &Policy,
        rows: &RuleRows,
        assignment: &Assignment,
    ) -> Result<(), ReloadError>;

    /// The policy that was written applies from the next packet on, as a whole.
    fn apply_policy(&self);

    /// Follows FTP's control connections so from now on.
    fn set_ftp(&self, ftp: &FtpSettings);

    /// Serves so much of whom connections were with from now on; how much is kept stays as it is.
    fn set_evidence(&self, evidence: &EvidenceSettings);
}

/// The settings are not taken: what was there before still applies, whole.
#[derive(Debug, Error)]
pub enum ReloadError {
    /// They are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// They have more names than there is room for.
    #[error(transparent)]
    NoRow(#[from] NoRow),
    /// They want what only a start can give.
    #[error("{0} cannot change while the agent runs; restart it, or take the change back")]
    Restart(String),
    /// Their policy has more rules than there is room for.
    #[error(transparent)]
    NoRuleRow(#[from] NoRuleRow),
    /// They have a policy that the kernel does not take.
    #[error(transparent)]
    Policy(Box<dyn Error + Send + Sync>),
    /// They have names that cannot be kept.
    #[error(transparent)]
    Names(Box<dyn Error + Send + Sync>),
    /// The interfaces are not to be had.
    #[error(transparent)]
    Interfaces(Box<dyn Error + Send + Sync>),
}

impl ReloadError {
    /// Of these keys.
    #[must_use]
    pub fn restart(keys: &[&str]) -> Self {
        let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
        Self::Restart(keys.join(", "))
    }
}

/// Reads the settings again when it is told to.
pub struct Reloader {
    sources: Sources,
    agent: Arc<dyn Reloadable>,
    exporter: Arc<Exporter>,
    current: Mutex<Current>,
}

/// What applies now.
struct Current {
    settings: Settings,
    assignment: Assignment,
    rows: RuleRows,
}

impl Reloader {
    /// For an agent that was started with these settings, its names and the rules of its policy in these rows.
    #[must_use]
    pub fn new(
        sources: Sources,
        agent: Arc<dyn Reloadable>,
        exporter: Arc<Exporter>,
        settings: Settings,
        assignment: Assignment,
        rows: RuleRows,
    ) -> Self {
        exporter.agent().config_read(true);
        Self { sources, agent, exporter, current: Mutex::new(Current { settings, assignment, rows }) }
    }

    /// Reads the settings as their sources are now, and has the agent go on with them.
    ///
    /// # Errors
    ///
    /// When anything in them is wrong, or cannot be had without a start; nothing has changed then.
    pub fn reload(&self) -> Result<(), ReloadError> {
        // A panic in between leaves the settings of before, and the next reload takes all of its own.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        service::reloads();
        let taken = self.take(&mut current);
        service::serves(&self.exporter.readiness());
        self.exporter.agent().config_read(taken.is_ok());
        match &taken {
            Ok(()) => info!("the configuration was read again"),
            Err(error) => {
                error!(%error, "the configuration is refused; what was there before still applies");
            }
        }
        taken
    }

    /// First everything that can fail.
    fn take(&self, current: &mut Current) -> Result<(), ReloadError> {
        let settings = self.sources.settings()?;
        let restart = current.settings.restart_for(&settings);
        if !restart.is_empty() {
            return Err(ReloadError::restart(&restart));
        }
        let assignment = current.assignment.adopt(&settings.names)?;
        let rows = current.rows.adopt(settings.rules.as_ref())?;
        let wants_others = current.settings.wants_others(&settings);
        if wants_others {
            self.agent.check_interfaces(&settings)?;
        }
        // One that stays the same goes on, with what its rates have saved.
        let policy = settings.rules.as_ref().filter(|_| settings.rules != current.settings.rules);
        if let Some(policy) = policy {
            self.agent.stage_policy(policy, &rows, &assignment)?;
        }
        if assignment != current.assignment {
            self.agent.keep_names(&assignment)?;
        }
        if rows != current.rows {
            self.agent.keep_rules(&rows)?;
        }
        if wants_others {
            self.agent.set_interfaces(&settings);
        }
        // Names before ports: nothing is counted that has no series.
        if assignment != current.assignment {
            self.exporter.set_names(assignment.names());
        }
        self.agent.set_ports(&assignment.place(&settings.names, &settings.ports));
        self.agent.set_ftp(&settings.ftp);
        if current.settings.evidence != settings.evidence {
            self.agent.set_evidence(&settings.evidence);
        }
        if policy.is_some() {
            self.exporter.set_policy(policy, &rows);
            self.agent.apply_policy();
        }
        *current = Current { settings, assignment, rows };
        Ok(())
    }
}
