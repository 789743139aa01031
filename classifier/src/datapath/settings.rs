// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Applies settings to the loaded object: ports, the policy, and native XDP.

use classifier_common::assigned_port::AssignedPort;

use super::{
    Datapath, DatapathError,
    attach::{self, Choice},
    features::has_xdp,
};
use crate::{config::XdpMode, interfaces::Interface, policy::Compiled};

impl Datapath {
    /// Assigns ports to protocols, and removes earlier assignments. Other ports keep their defaults.
    pub fn set_ports(&self, configured: &[AssignedPort]) {
        self.ports.write(configured);
    }

    /// Attaches programs that evaluate a policy from now on: this one, until another one is
    /// [written](Self::stage_policy) and [applied](Self::apply_policy).
    ///
    /// # Errors
    ///
    /// When the kernel has no memory for the policy.
    pub fn evaluate_policy(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        self.programs.evaluate_policy();
        self.stage_policy(policy)?;
        self.apply_policy();
        Ok(())
    }

    /// Writes the next policy. The current one applies until it is [replaced](Self::apply_policy), also after
    /// an error.
    ///
    /// # Errors
    ///
    /// When the kernel has no memory for the policy.
    pub fn stage_policy(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        self.policy.stage(policy)
    }

    /// Applies the policy that was written last to packets from now on.
    pub fn apply_policy(&self) {
        self.policy.apply();
    }

    /// Sets the drivers of which [`XdpMode::Auto`] uses no native XDP.
    pub fn avoid_native(&mut self, drivers: Vec<String>) {
        self.avoided = drivers;
    }

    /// Returns the choice of `auto` for an interface.
    pub(super) fn choice(&self, interface: &Interface) -> Choice {
        if !interface.is_physical() {
            Choice::Software
        } else if !has_xdp() {
            Choice::Unsupported
        } else if !self.avoided.is_empty()
            && let Some(driver) = interface.driver()
            && self.avoided.contains(&driver)
        {
            Choice::Avoided(driver)
        } else {
            Choice::Native
        }
    }

    /// Prepares to attach these interfaces, in parallel: the programs are verified, each on a thread of its
    /// own, while the counters are created. Where this fails, [`Self::attach`] tries again, and returns the
    /// reason.
    pub fn prepare(&mut self, interfaces: &[Interface], mode: XdpMode, egress: bool) {
        let all_choices: Vec<_> = interfaces.iter().map(|interface| self.choice(interface)).collect();
        let programs = attach::programs(&all_choices, mode, egress);
        self.programs.load_beside(&programs, || self.blocks.prepare(interfaces));
    }
}
