//! The programs, what they hang on and what was counted there, changed step by step.

use std::{collections::BTreeMap, time::Instant};

use tracing::{error, info, warn};

use super::{Plan, Roster};
use crate::{
    config::XdpMode,
    datapath::{Attached, Datapath, DatapathError, Retained},
    hook::Attachment,
    interfaces::Interface,
};

/// How interfaces are attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    /// How ingress is seen.
    pub mode: XdpMode,
    /// Whether egress is counted.
    pub egress: bool,
}

pub(super) struct State {
    pub datapath: Datapath,
    pub roster: Roster,
    pub how: How,
    /// By index.
    pub attached: BTreeMap<u32, Attached>,
    /// By name.
    pub retained: BTreeMap<String, Retained>,
    /// Attempts to attach that failed, by name.
    pub failures: BTreeMap<String, u64>,
    /// Times that more happened to links than could be heard.
    pub overruns: u64,
    /// Why interfaces are no longer followed.
    pub unfollowed: Option<String>,
    /// Sources of connections that a scrape shows, of each kind.
    pub top_sources: usize,
}

impl State {
    /// Does what needs no waiting for the kernel's lock over network devices.
    pub fn clear(&mut self, plan: &Plan) {
        self.detach(&plan.gone, "its interface is gone");
        for (index, name) in &plan.renamed {
            self.rename(*index, name);
        }
        let forgotten: Vec<_> = plan.forgotten.iter().filter_map(|name| self.retained.remove(name)).collect();
        self.datapath.forget(forgotten);
        for name in &plan.forgotten {
            self.failures.remove(name);
        }
    }

    /// Detaches interfaces; what they have counted stays.
    pub fn detach(&mut self, indices: &[u32], why: &str) {
        let attached: Vec<_> = indices.iter().filter_map(|index| self.attached.remove(index)).collect();
        for retained in self.datapath.retain(attached) {
            info!(interface = retained.name, why, "detached, its counters are kept");
            let name = retained.name.clone();
            if let Some(older) = self.retained.insert(name, retained) {
                self.datapath.forget([older]);
            }
        }
    }

    fn rename(&mut self, index: u32, name: &str) {
        let Some(attached) = self.attached.get_mut(&index) else { return };
        info!(interface = attached.interface.name, name, "renamed, its counters go with it");
        if let Some(failures) = self.failures.remove(&attached.interface.name) {
            *self.failures.entry(name.to_owned()).or_default() += failures;
        }
        // First, for then the name is free among the pins too.
        if let Some(retained) = self.retained.remove(name)
            && let Err(error) = self.datapath.join(attached, retained)
        {
            error!(interface = name, %error, "what was counted under this name before is lost");
        }
        attached.renamed(name.to_owned());
    }

    /// Creates the counters of all of these at once.
    pub fn prepare(&mut self, interfaces: &[Interface]) {
        let (returned, new): (Vec<_>, Vec<_>) = interfaces
            .iter()
            .filter(|interface| !self.attached.contains_key(&interface.index))
            .partition(|interface| self.retained.contains_key(&interface.name));
        let new: Vec<_> = new.into_iter().cloned().collect();
        self.datapath.prepare(&new, self.how.mode, self.how.egress);
        let returned: BTreeMap<_, _> =
            returned.into_iter().map(|interface| (interface.name.as_str(), interface)).collect();
        let kept = self.retained.iter_mut();
        self.datapath.prepare_again(
            kept.filter_map(|(name, retained)| Some((*returned.get(name.as_str())?, retained))),
        );
    }

    /// Takes back what was prepared for those that were not attached.
    pub fn settle(&mut self) {
        self.datapath.settle(self.retained.values_mut());
    }

    /// Attaches an interface; one that is attached, anew.
    pub fn attach(&mut self, interface: &Interface) -> Result<(), DatapathError> {
        let How { mode, egress } = self.how;
        if self.attached.contains_key(&interface.index) {
            self.detach(&[interface.index], "it is attached anew");
        }
        let attached = match self.retained.remove(&interface.name) {
            None => self.datapath.attach(interface.clone(), mode, egress),
            Some(retained) => {
                let again = self.datapath.attach_again(interface.clone(), mode, egress, retained);
                again.map_err(|refused| {
                    self.retained.insert(refused.retained.name.clone(), refused.retained);
                    refused.error
                })
            }
        };
        let now = Instant::now();
        match attached {
            Ok(attached) => {
                let hooks = &attached.hooks;
                info!(interface = interface.name, hooks.ingress, hooks.egress, hooks.why, "attached");
                self.roster.attached(interface, now);
                self.attached.insert(interface.index, attached);
                Ok(())
            }
            Err(error) => {
                let first = self.roster.refused(interface, error.to_string(), now);
                if error.is_gone() {
                    // Which netlink is about to tell.
                    return Err(error);
                }
                *self.failures.entry(interface.name.clone()).or_default() += 1;
                if first {
                    warn!(interface = interface.name, %error, "not attached, tried again until it is");
                }
                Err(error)
            }
        }
    }

    /// Looks whether an attached interface still is.
    pub fn look(&mut self, index: u32, seen: &[Attachment]) {
        let Some(attached) = self.attached.get(&index) else { return };
        match self.datapath.holds(attached, seen) {
            Ok(true) => {}
            Ok(false) => {
                let name = &attached.interface.name;
                let reason = format!("interface `{name}` has lost a program: another tool has detached it");
                warn!(interface = name, "a program was detached from outside, attaching it again");
                self.roster.lost(index, reason, Instant::now());
                self.detach(&[index], "a program was detached from outside");
            }
            Err(error) => warn!(interface = attached.interface.name, %error, "cannot see what is attached"),
        }
    }
}
