// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Applies new settings to a running agent: all of them, or none.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use classifier_common::assigned_port::AssignedPort;
use thiserror::Error;
use tracing::{error, info};

mod hangup;

pub use self::hangup::Hangups;
use crate::{
    config::{Assignment, EvidenceSettings, FtpSettings, NoRow, Settings},
    configuration::{Configuration, ConfigurationError, ConfigurationSources},
    metrics::Exporter,
    policy::{NoRuleRow, Policy, RuleRows},
    service,
};

/// Parts of a running agent that a reload can change.
pub trait Reloadable: Send + Sync {
    /// Checks that the interfaces of these settings exist.
    ///
    /// # Errors
    ///
    /// When a named one does not exist.
    fn check_interfaces(&self, settings: &Settings) -> Result<(), ReloadError>;

    /// Pins the rows of names.
    ///
    /// # Errors
    ///
    /// When the rows cannot be pinned.
    fn keep_names(&self, assignment: &Assignment) -> Result<(), ReloadError>;

    /// Changes the counted interfaces. Those that stay count without a gap.
    fn set_interfaces(&self, settings: &Settings);

    /// Becomes the first program of every TC hook again.
    fn take_first_places(&self);

    /// Assigns ports to protocols; an unchanged port never has another protocol in between.
    fn set_ports(&self, ports: &[AssignedPort]);

    /// Pins the rows of rules.
    ///
    /// # Errors
    ///
    /// When the rows cannot be pinned.
    fn keep_rules(&self, rows: &RuleRows) -> Result<(), ReloadError>;

    /// Writes the next policy beside the current one.
    ///
    /// # Errors
    ///
    /// When the kernel refuses it. The current one still applies.
    fn stage_policy(
        &self,
        policy: &Policy,
        rows: &RuleRows,
        assignment: &Assignment,
    ) -> Result<(), ReloadError>;

    /// Applies the written policy from the next packet on, as a whole.
    fn apply_policy(&self);

    /// Changes the settings of the FTP tracking.
    fn set_ftp(&self, ftp: &FtpSettings);

    /// Changes the number of exported peers; the number of kept ones stays.
    fn set_evidence(&self, evidence: &EvidenceSettings);
}

/// Reason why the settings are refused. The previous settings still apply as a whole.
#[derive(Debug, Error)]
pub enum ReloadError {
    /// The settings are invalid.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The settings have more protocol names than there are rows.
    #[error(transparent)]
    NoRow(#[from] NoRow),
    /// The settings have changes that need a restart.
    #[error("{0} cannot change while the agent runs; restart the agent, or undo the change")]
    Restart(String),
    /// The policy has more rules than there are rows.
    #[error(transparent)]
    NoRuleRow(#[from] NoRuleRow),
    /// The kernel refuses the policy.
    #[error(transparent)]
    Policy(Box<dyn Error + Send + Sync>),
    /// The rows of names cannot be pinned.
    #[error(transparent)]
    Names(Box<dyn Error + Send + Sync>),
    /// The interfaces are unavailable.
    #[error(transparent)]
    Interfaces(Box<dyn Error + Send + Sync>),
}

impl ReloadError {
    /// Creates the error of changes to these keys.
    #[must_use]
    pub fn restart(keys: &[&str]) -> Self {
        let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
        Self::Restart(keys.join(", "))
    }
}

/// Reads the settings again on request.
pub struct Reloader {
    sources: ConfigurationSources,
    agent: Arc<dyn Reloadable>,
    exporter: Arc<Exporter>,
    current: Mutex<Current>,
}

/// Settings in force.
struct Current {
    configuration: Configuration,
    assignment: Assignment,
    rows: RuleRows,
}

impl Reloader {
    /// Creates a reloader for an agent that was started with this configuration, and these rows of names and
    /// rules.
    #[must_use]
    pub fn new(
        sources: ConfigurationSources,
        agent: Arc<dyn Reloadable>,
        exporter: Arc<Exporter>,
        configuration: Configuration,
        assignment: Assignment,
        rows: RuleRows,
    ) -> Self {
        exporter.agent().config_read(true);
        Self { sources, agent, exporter, current: Mutex::new(Current { configuration, assignment, rows }) }
    }

    /// Reads the settings from their sources, and applies them.
    ///
    /// # Errors
    ///
    /// When the settings are invalid, or need a restart. Nothing has changed then.
    pub fn reload(&self) -> Result<(), ReloadError> {
        // A panic in between leaves the old settings recorded, and the next reload applies all of its own.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        service::reloads();
        let taken = self.take(&mut current);
        service::serves(&self.exporter.readiness());
        self.exporter.agent().config_read(taken.is_ok());
        match &taken {
            Ok(()) => info!("configuration reloaded"),
            Err(error) => {
                error!(%error, "configuration not reloaded; the previous one still applies");
            }
        }
        taken
    }

    /// Applies the configuration, after all steps that can fail.
    fn take(&self, current: &mut Current) -> Result<(), ReloadError> {
        let configuration = self.sources.read()?;
        let (settings, before) = (&configuration.settings, &current.configuration);
        let restart = before.settings.restart_for(settings);
        if !restart.is_empty() {
            return Err(ReloadError::restart(&restart));
        }
        let assignment = current.assignment.adopt(&settings.names)?;
        let rows = current.rows.adopt(configuration.policy.as_ref())?;
        let wants_others = before.settings.wants_others(settings);
        if wants_others {
            self.agent.check_interfaces(settings)?;
        }
        // An unchanged policy stays, with the levels of its rate limits.
        let policy = configuration.policy.as_ref().filter(|_| configuration.policy != before.policy);
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
            self.agent.set_interfaces(settings);
        }
        self.agent.take_first_places();
        // Names before ports: every counted protocol then has series.
        if assignment != current.assignment {
            self.exporter.set_names(assignment.names());
        }
        self.agent.set_ports(&assignment.place(&settings.names, &settings.ports));
        self.agent.set_ftp(&settings.ftp);
        if before.settings.evidence != settings.evidence {
            self.agent.set_evidence(&settings.evidence);
        }
        if policy.is_some() {
            self.exporter.set_policy(policy, &rows);
            self.agent.apply_policy();
        }
        *current = Current { configuration, assignment, rows };
        Ok(())
    }
}
