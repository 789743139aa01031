// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decides which interfaces to attach, detach, rename, try again and forget, from the present links, the
//! selection, and earlier results. Sans-IO: nothing here waits or asks the kernel.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{Actions, Renamed, Times};
use crate::{
    config::Pattern,
    interfaces::{Change, Interface, InterfaceError, Selection, named, wanted},
};

/// The desired state of the interfaces: the present links, the wanted ones, and their attachments.
#[derive(Debug)]
pub struct DesiredState {
    times: Times,
    selection: Selection,
    links: BTreeMap<u32, Interface>,
    attached: BTreeMap<u32, Attached>,
    failing: BTreeMap<u32, Failing>,
    /// Attached interfaces that need other hooks.
    unfit: BTreeSet<u32>,
    /// Indices of links that have gone since the last reconciliation: another link may have such an index by
    /// now.
    departed: BTreeSet<u32>,
    /// Names whose series continue without an interface, with the end of each.
    kept: BTreeMap<String, Instant>,
    /// Names of the counts of detached interfaces, by the index of each interface that is still there.
    detached: BTreeMap<u32, String>,
}

#[derive(Debug)]
struct Attached {
    name: String,
    since: Instant,
    /// Number of earlier failed attempts.
    failed: u32,
}

#[derive(Debug)]
struct Failing {
    name: String,
    reason: String,
    failed: u32,
    next: Instant,
}

impl DesiredState {
    /// Creates a state that knows no link.
    #[must_use]
    pub fn new(selection: impl Into<Selection>, times: Times) -> Self {
        Self {
            times,
            selection: selection.into(),
            links: BTreeMap::new(),
            attached: BTreeMap::new(),
            failing: BTreeMap::new(),
            unfit: BTreeSet::new(),
            departed: BTreeSet::new(),
            kept: BTreeMap::new(),
            detached: BTreeMap::new(),
        }
    }

    /// Replaces the known links by these.
    pub fn list(&mut self, links: impl IntoIterator<Item = Interface>) {
        self.links = links.into_iter().map(|link| (link.index, link)).collect();
    }

    /// Applies a change of a link.
    pub fn change(&mut self, change: Change) {
        match change {
            Change::Present(link) => drop(self.links.insert(link.index, link)),
            Change::Gone(index) => {
                self.links.remove(&index);
                self.departed.insert(index);
            }
        }
    }

    /// Replaces the selection of interfaces.
    pub fn want(&mut self, selection: impl Into<Selection>) {
        self.selection = selection.into();
    }

    /// Requests other hooks for an attached interface.
    pub fn refit(&mut self, index: u32) {
        self.unfit.insert(index);
    }

    /// Tells whether the link still exists under this name, and is wanted.
    #[must_use]
    pub fn wants(&self, interface: &Interface) -> bool {
        let is_it = |link: &&Interface| link.index == interface.index && link.name == interface.name;
        wanted(self.links.values(), &self.selection).iter().any(is_it)
    }

    /// Returns the actions that are due now.
    pub fn reconcile(&mut self, now: Instant) -> Actions {
        let wanted = wanted(self.links.values(), &self.selection);
        let wanted: BTreeMap<_, _> = wanted.into_iter().map(|link| (link.index, link)).collect();
        let mut actions = Actions::default();
        let departed = std::mem::take(&mut self.departed);
        let renamed =
            |index: &u32, from: &str, to: &str| Renamed { index: *index, from: from.into(), to: to.into() };
        for (index, attached) in &self.attached {
            match wanted.get(index) {
                _ if departed.contains(index) => actions.gone.push(*index),
                Some(link) if link.name != attached.name => {
                    actions.renamed.push(renamed(index, &attached.name, &link.name));
                }
                Some(_) => {}
                None if self.links.contains_key(index) => actions.unwanted.push(*index),
                None => actions.gone.push(*index),
            }
        }
        let until = now + self.times.keep;
        for index in actions.gone.iter().chain(&actions.unwanted) {
            if let Some(Attached { name, .. }) = self.attached.remove(index) {
                self.kept.insert(name.clone(), until);
                self.detached.insert(*index, name);
            }
        }
        // A refused interface with a new name is tried at once, and keeps its counts.
        let name_now =
            |index: &u32| wanted.get(index).filter(|_| !departed.contains(index)).map(|link| &*link.name);
        let over = self.failing.extract_if(.., |index, failing| name_now(index) != Some(&failing.name));
        let mut moved = Vec::new();
        for (index, failing) in over {
            if let Some(name) = name_now(&index) {
                moved.push((name.to_owned(), until));
                actions.renamed.push(renamed(&index, &failing.name, name));
            } else {
                self.detached.insert(index, failing.name.clone());
            }
            self.kept.insert(failing.name, until);
        }
        // The counts of a detached interface stay its own while it exists: they leave their name when another
        // interface gets it. Once their interface has gone, they belong to the name.
        self.detached.retain(|index, _| self.links.contains_key(index) && !departed.contains(index));
        let names = self.links.values().map(|link| &link.name);
        let taken: BTreeSet<_> = names.filter(|_| !self.detached.is_empty()).collect();
        for (index, name) in &mut self.detached {
            let to = &self.links[index].name;
            if to != name && (wanted.contains_key(index) || taken.contains(name)) {
                actions.renamed.push(renamed(index, name, to));
                moved.extend(self.kept.remove(name).map(|until| (to.clone(), until)));
                name.clone_from(to);
            }
        }
        for Renamed { index, to, .. } in &actions.renamed {
            self.kept.remove(to);
            if let Some(attached) = self.attached.get_mut(index) {
                attached.name.clone_from(to);
            }
        }
        self.kept.extend(moved);
        let present: BTreeSet<_> = wanted.values().map(|link| link.name.as_str()).collect();
        let over = self.kept.extract_if(.., |name, until| *until <= now && !present.contains(name.as_str()));
        actions.forgotten.extend(over.map(|(name, _)| name));
        self.detached.retain(|_, name| self.kept.contains_key(name));
        let is_due = |index: &u32| match self.attached.get(index) {
            Some(_) => self.unfit.contains(index),
            None => self.failing.get(index).is_none_or(|failing| failing.next <= now),
        };
        let due = wanted.iter().filter(|(index, _)| is_due(index));
        actions.attach.extend(due.map(|(_, link)| (*link).clone()));
        self.unfit.clear();
        actions
    }

    /// Returns the time of the next action without another event.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let present: BTreeSet<_> = self.failing.values().map(|failing| failing.name.as_str()).collect();
        let kept = self.kept.iter().filter(|(name, _)| !present.contains(name.as_str()));
        let kept = kept.map(|(_, until)| *until);
        self.failing.values().map(|failing| failing.next).chain(kept).min()
    }

    /// Records that an interface was attached.
    pub fn attached(&mut self, interface: &Interface, now: Instant) {
        let failed = self.failing.remove(&interface.index).map_or(0, |failing| failing.failed);
        let name = interface.name.clone();
        self.kept.remove(&name);
        self.detached.remove(&interface.index);
        self.attached.insert(interface.index, Attached { name, since: now, failed });
    }

    /// Records that an interface was refused; returns whether the previous attempt had succeeded.
    pub fn refused(&mut self, interface: &Interface, reason: String, now: Instant) -> bool {
        self.attached.remove(&interface.index);
        self.detached.remove(&interface.index);
        let before = self.failing.remove(&interface.index);
        let failed = before.as_ref().map_or(0, |failing| failing.failed) + 1;
        let next = now + self.pause(failed);
        let name = interface.name.clone();
        self.failing.insert(interface.index, Failing { name, reason, failed, next });
        before.is_none()
    }

    /// Records that a detached interface with this index has series, which continue for a while.
    pub fn keep(&mut self, index: u32, name: String, now: Instant) {
        // Another interface may have the index by now.
        if self.links.get(&index).is_some_and(|link| link.name == name) && !self.failing.contains_key(&index)
        {
            self.detached.insert(index, name.clone());
        }
        self.kept.insert(name, now + self.times.keep);
    }

    /// Records that an interface has lost its programs.
    pub fn lost(&mut self, index: u32, reason: String, now: Instant) {
        let Some(Attached { name, since, failed }) = self.attached.remove(&index) else { return };
        let worked = now.duration_since(since) >= self.times.longest_retry;
        let failed = if worked { 0 } else { failed + 1 };
        let next = if worked { now } else { now + self.pause(failed) };
        self.kept.insert(name.clone(), now + self.times.keep);
        self.failing.insert(index, Failing { name, reason, failed, next });
    }

    /// Lists the reasons why wanted interfaces are not attached, one sentence each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let failing = self.failing.values().map(|failing| failing.reason.clone());
        let pending = wanted(self.links.values(), &self.selection).into_iter().filter(|link| {
            !self.attached.contains_key(&link.index) && !self.failing.contains_key(&link.index)
        });
        let pending = pending.map(|link| format!("interface `{}` is wanted and not attached yet", link.name));
        failing.chain(pending).chain(self.missing().map(|(_, reason)| reason)).collect()
    }

    /// Lists the wanted interfaces, missing ones too, by name; whether each is attached.
    #[must_use]
    pub fn wanted(&self) -> BTreeMap<String, bool> {
        let missing = self.missing().map(|(name, _)| (name.to_owned(), false));
        let there = wanted(self.links.values(), &self.selection).into_iter();
        let there = there.map(|link| (link.name.clone(), self.attached.contains_key(&link.index)));
        missing.chain(there).collect()
    }

    /// Checks that every plain name of these patterns can be attached.
    ///
    /// # Errors
    ///
    /// The problem of the first name that cannot.
    pub fn check(&self, patterns: &[Pattern]) -> Result<(), InterfaceError> {
        let by_name = self.by_name();
        patterns.iter().try_for_each(|pattern| match pattern {
            Pattern::Plain(name) => named(name, by_name.get(name.as_str()).copied()),
            Pattern::Glob(_) => Ok(()),
        })
    }

    /// Lists the plain names that cannot be attached, with the problem of each.
    fn missing(&self) -> impl Iterator<Item = (&str, String)> {
        let by_name = self.by_name();
        self.selection.included.iter().filter_map(move |pattern| {
            let Pattern::Plain(name) = pattern else { return None };
            let link = by_name.get(name.as_str()).copied();
            if link.is_some_and(|link| self.selection.excludes(link)) {
                return None;
            }
            Some((name.as_str(), named(name, link).err()?.to_string()))
        })
    }

    /// Returns the links by their names, alternative ones too: a search for each of many names is as long as their
    /// product.
    fn by_name(&self) -> BTreeMap<&str, &Interface> {
        self.links.values().flat_map(|link| link.names().map(move |name| (name, link))).collect()
    }

    fn pause(&self, failed: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        self.times.retry.saturating_mul(doubled).min(self.times.longest_retry)
    }
}

#[cfg(test)]
#[path = "desired_state_tests/mod.rs"]
mod tests;
