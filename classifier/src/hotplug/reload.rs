// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Applies new settings to attached interfaces and counters.

use std::sync::PoisonError;

use classifier_common::assigned_port::AssignedPort;

use super::{AttachOptions, Live};
use crate::{
    clock::now,
    config::{Assignment, EvidenceSettings, FtpSettings, Settings},
    datapath::DatapathError,
    interfaces::Selection,
    policy::{Compiled, Policy, RuleRows},
    reload::{ReloadError, Reloadable},
};

impl Live {
    /// Pins the counter rows of the configured protocols.
    ///
    /// # Errors
    ///
    /// When the pin cannot be written.
    pub fn keep_rows(&self, assignment: &Assignment) -> Result<(), DatapathError> {
        self.enter().datapath.keep_rows(&assignment.to_rows())
    }

    /// Applies these settings to the pinned programs of a previous agent, after a start has succeeded.
    pub fn continue_with(&self, settings: &Settings, assignment: &Assignment) {
        self.set_ports(&assignment.place(&settings.names, &settings.ports));
        self.set_ftp(&settings.ftp);
    }
}

impl Reloadable for Live {
    fn check_interfaces(&self, settings: &Settings) -> Result<(), ReloadError> {
        let missing = self.enter().desired.check(&settings.interfaces);
        missing.map_err(|error| ReloadError::Interfaces(Box::new(error)))
    }

    fn set_interfaces(&self, settings: &Settings) {
        self.set_wanted(
            Selection::from(settings),
            AttachOptions { mode: settings.xdp_mode, egress: settings.egress },
        );
    }

    fn take_first_places(&self) {
        Self::take_first_places(self);
    }

    fn keep_names(&self, assignment: &Assignment) -> Result<(), ReloadError> {
        self.keep_rows(assignment).map_err(|error| ReloadError::Names(Box::new(error)))
    }

    fn set_ports(&self, ports: &[AssignedPort]) {
        self.enter().datapath.set_ports(ports);
    }

    fn set_evidence(&self, evidence: &EvidenceSettings) {
        let mut state = self.enter();
        state.top_sources = evidence.top_sources as usize;
        state.top_ports = evidence.top_ports as usize;
    }

    fn keep_rules(&self, rows: &RuleRows) -> Result<(), ReloadError> {
        let kept = self.enter().datapath.keep_rules(&rows.to_names());
        kept.map_err(|error| ReloadError::Policy(Box::new(error)))
    }

    fn stage_policy(
        &self,
        policy: &Policy,
        rows: &RuleRows,
        assignment: &Assignment,
    ) -> Result<(), ReloadError> {
        let compiled = Compiled::new(policy, rows, assignment.names(), now());
        let staged = self.enter().datapath.stage_policy(&compiled);
        staged.map_err(|error| ReloadError::Policy(Box::new(error)))
    }

    fn apply_policy(&self) {
        self.enter().datapath.apply_policy();
    }

    fn set_ftp(&self, ftp: &FtpSettings) {
        self.ftp.lock().unwrap_or_else(PoisonError::into_inner).set(ftp);
    }
}
