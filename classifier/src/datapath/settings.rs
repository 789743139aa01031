//! What the loaded object is told: ports, the policy, and which way interfaces are to be seen.

use classifier_common::{ports::Transport, protocol::Protocol};

use super::{
    Datapath, DatapathError,
    attach::{self, Choice},
};
use crate::{config::XdpMode, interfaces::Interface, shadow::Compiled};

impl Datapath {
    /// Gives these ports to these protocols, and to no other any longer; what no entry names is as it is
    /// without a configuration.
    pub fn set_ports(&self, configured: &[(Transport, u16, Protocol)]) {
        self.ports.write(configured);
    }

    /// Has the programs that are attached from now on try a policy: this one, until another one is
    /// [written](Self::stage_policy) and [applied](Self::apply_policy).
    ///
    /// # Errors
    ///
    /// When the kernel has no room for it.
    pub fn try_policy(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        self.programs.try_policy();
        self.stage_policy(policy)?;
        self.apply_policy();
        Ok(())
    }

    /// Writes the next policy; the one before applies until it is [applied](Self::apply_policy), also after an error.
    ///
    /// # Errors
    ///
    /// When the kernel has no room for it.
    pub fn stage_policy(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        self.shadow.stage(policy)
    }

    /// The policy that was written last applies to packets that come from now on.
    pub fn apply_policy(&self) {
        self.shadow.apply();
    }

    /// From now on [`XdpMode::Auto`] sees no network card of these drivers through native XDP.
    pub fn avoid_native(&mut self, drivers: Vec<String>) {
        self.avoided = drivers;
    }

    /// Which way ingress is seen where it is left to the agent.
    pub(super) fn choice(&self, interface: &Interface) -> Choice {
        if !interface.is_physical() {
            Choice::Software
        } else if !self.avoided.is_empty()
            && let Some(driver) = interface.driver()
            && self.avoided.contains(&driver)
        {
            Choice::Avoided(driver)
        } else {
            Choice::Native
        }
    }

    /// Does what attaching these interfaces will need side by side, in place of one after the other: the programs that
    /// they are going to hang on are verified, each on a thread of its own, while their counters are created. What
    /// does not succeed here [`Self::attach`] will try again, and give the reason.
    pub fn prepare(&mut self, interfaces: &[Interface], mode: XdpMode, egress: bool) {
        let all_choices: Vec<_> = interfaces.iter().map(|interface| self.choice(interface)).collect();
        let programs = attach::programs(&all_choices, mode, egress);
        self.programs.load_beside(&programs, || self.blocks.prepare(interfaces));
    }
}
