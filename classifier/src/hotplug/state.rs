// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Changes programs, attachments and counters step by step.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use classifier_common::abi::Direction;

use tracing::{info, warn};

use super::{Actions, DesiredState, actions::Renamed};
use crate::{
    config::XdpMode,
    datapath::{Attached, Datapath, DatapathError, HookState, HookVisibility, Rename, Retained},
    hook::Attachment,
    interfaces::Interface,
};

/// Manner in which interfaces are attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachOptions {
    /// Ingress hook.
    pub mode: XdpMode,
    /// True if egress is counted.
    pub egress: bool,
}

pub(super) struct State {
    pub datapath: Datapath,
    pub desired: DesiredState,
    pub options: AttachOptions,
    /// Attached interfaces by index.
    pub attached: BTreeMap<u32, Attached>,
    /// Detached interfaces with counters, by name.
    pub retained: BTreeMap<String, Retained>,
    /// Failed attempts to attach, by name.
    pub failures: BTreeMap<String, u64>,
    /// Overruns of the netlink socket.
    pub overruns: u64,
    /// Permitted questions about hooks.
    pub visibility: HookVisibility,
    /// Interfaces with another TC program before the classifier's.
    pub preceded: BTreeSet<u32>,
    /// Sources of connections in a scrape, of each kind.
    pub top_sources: usize,
    /// Ports of other services to export, of each direction and outcome.
    pub top_ports: usize,
}

impl State {
    /// Executes the actions that do not wait for the kernel's lock over network devices.
    pub fn clear(&mut self, actions: &Actions) {
        self.detach(&actions.gone, "its interface is gone");
        self.rename_all(&actions.renamed);
        let forgotten: Vec<_> =
            actions.forgotten.iter().filter_map(|name| self.retained.remove(name)).collect();
        self.datapath.forget(forgotten);
        for name in &actions.forgotten {
            self.failures.remove(name);
        }
    }

    /// Detaches interfaces, and keeps their counters.
    pub fn detach(&mut self, indices: &[u32], why: &str) {
        for index in indices {
            self.preceded.remove(index);
        }
        let attached: Vec<_> = indices.iter().filter_map(|index| self.attached.remove(index)).collect();
        for retained in self.datapath.retain(attached) {
            info!(interface = retained.name, why, "detached, its counters are kept");
            let name = retained.name.clone();
            if let Some(older) = self.retained.insert(name, retained) {
                self.datapath.forget([older]);
            }
        }
    }

    /// Renames the counters, pins and failures of interfaces, all at once: names may be shifted and swapped.
    fn rename_all(&mut self, renamed: &[Renamed]) {
        let mut failures = Vec::new();
        let mut detached = Vec::new();
        for Renamed { index, from, to } in renamed {
            info!(interface = from, name = to, "renamed, its counters follow");
            failures.extend(self.failures.remove(from).map(|failures| (to, failures)));
            let is_its = |retained: &mut Retained| retained.index() == *index;
            if !self.attached.contains_key(index)
                && let Some(retained) =
                    self.retained.extract_if(from.clone()..=from.clone(), |_, one| is_its(one)).next()
            {
                detached.push((to, retained.1));
            }
        }
        for (to, failures) in failures {
            *self.failures.entry(to.clone()).or_default() += failures;
        }
        let name_of =
            |index: &u32| renamed.iter().find(|renamed| renamed.index == *index).map(|renamed| &renamed.to);
        let attached = self.attached.iter_mut();
        let attached = attached.filter_map(|(index, attached)| Some((attached.counters(), name_of(index)?)));
        let of_detached = detached.iter_mut().map(|(to, retained)| (retained.counters(), *to));
        let all = attached.chain(of_detached).map(|(of, to)| Rename {
            of,
            to: to.clone(),
            before: self.retained.remove(to),
        });
        let all = all.collect();
        self.datapath.rename_all(all);
        self.retained.extend(detached.into_iter().map(|(to, retained)| (to.clone(), retained)));
    }

    /// Creates the counters of these interfaces at once.
    pub fn prepare(&mut self, interfaces: &[Interface]) {
        let (returned, new): (Vec<_>, Vec<_>) = interfaces
            .iter()
            .filter(|interface| !self.attached.contains_key(&interface.index))
            .partition(|interface| self.retained.contains_key(&interface.name));
        let new: Vec<_> = new.into_iter().cloned().collect();
        self.datapath.prepare(&new, self.options.mode, self.options.egress);
        let returned: BTreeMap<_, _> =
            returned.into_iter().map(|interface| (interface.name.as_str(), interface)).collect();
        let kept = self.retained.iter_mut();
        self.datapath.prepare_again(
            kept.filter_map(|(name, retained)| Some((*returned.get(name.as_str())?, retained))),
        );
    }

    /// Undoes the preparation for interfaces that were not attached.
    pub fn settle(&mut self) {
        self.datapath.settle(self.retained.values_mut());
    }

    /// Attaches an interface, also an attached one whose hooks change.
    pub fn attach(&mut self, interface: &Interface) -> Result<(), DatapathError> {
        let AttachOptions { mode, egress } = self.options;
        if self.attached.contains_key(&interface.index) {
            self.detach(&[interface.index], "it is attached again");
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
                self.desired.attached(interface, now);
                self.attached.insert(interface.index, attached);
                Ok(())
            }
            Err(error) => {
                let first = self.desired.refused(interface, error.to_string(), now);
                if error.is_gone() {
                    // Netlink is about to report the change.
                    return Err(error);
                }
                *self.failures.entry(interface.name.clone()).or_default() += 1;
                if first {
                    warn!(interface = interface.name, %error, "not attached, the agent retries");
                }
                Err(error)
            }
        }
    }

    /// Checks that an attached interface still is.
    pub fn look(&mut self, index: u32, seen: &[Attachment]) {
        let Some(attached) = self.attached.get(&index) else { return };
        let name = &attached.interface.name;
        match self.datapath.hook_state(attached, Some(seen), self.visibility) {
            Ok(HookState { is_attached: false, .. }) => {
                let reason = lost(name);
                warn!(interface = name, "another tool has detached a program; attaching it again");
                self.desired.lost(index, reason, Instant::now());
                self.detach(&[index], "another tool has detached a program");
            }
            Ok(HookState { preceded, .. }) if preceded.is_empty() => {
                if self.preceded.remove(&index) {
                    info!(interface = name, "the programs are first at their hooks again");
                }
            }
            Ok(HookState { preceded, .. }) => {
                if self.preceded.insert(index) {
                    warn!("{}", preceded_by_another(name, &preceded));
                }
            }
            Err(error) => warn!(interface = name, %error, "cannot list the attached programs"),
        }
    }

    /// Lists the reasons why attached programs miss packets, one sentence each, as far as they are known
    /// without waiting.
    pub fn unseen_packets(&self) -> Vec<String> {
        let reason = |attached: &Attached| {
            let name = &attached.interface.name;
            match self.datapath.hook_state(attached, None, self.visibility).ok()? {
                HookState { is_attached: false, .. } => Some(lost(name)),
                HookState { preceded, .. } if preceded.is_empty() => None,
                HookState { preceded, .. } => Some(preceded_by_another(name, &preceded)),
            }
        };
        self.attached.values().filter_map(reason).collect()
    }
}

fn lost(name: &str) -> String {
    format!(
        "interface `{name}` has lost a program: another tool has detached it; the agent attaches it again"
    )
}

fn preceded_by_another(name: &str, directions: &[Direction]) -> String {
    let hooks: Vec<_> = directions.iter().map(|direction| direction.label()).collect();
    format!(
        "interface `{name}`: another TC program runs before the classifier on {}, and packets that it does not pass on are \
         not counted; `bpftool net` names it; reload or restart the agent, which attaches its program first again",
        hooks.join(" and ")
    )
}
