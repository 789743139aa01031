//! Which interfaces are to be attached, detached, renamed, tried again and forgotten: decided from the links that there
//! are, what is wanted, and what became of it. Sans-IO: nothing here waits or asks.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{Plan, Times};
use crate::{
    config::Pattern,
    interfaces::{Change, Interface, InterfaceError, named, wanted},
};

/// What there is, what is wanted, and how far that is done.
#[derive(Debug)]
pub struct Roster {
    times: Times,
    patterns: Vec<Pattern>,
    links: BTreeMap<u32, Interface>,
    attached: BTreeMap<u32, Attached>,
    failing: BTreeMap<u32, Failing>,
    /// Attached, but not in the way that is now asked for.
    unfit: BTreeSet<u32>,
    /// Names whose series go on without an interface, until when.
    kept: BTreeMap<String, Instant>,
}

#[derive(Debug)]
struct Attached {
    name: String,
    since: Instant,
    /// Attempts that failed before.
    failed: u32,
}

#[derive(Debug)]
struct Failing {
    name: String,
    reason: String,
    failed: u32,
    next: Instant,
}

impl Roster {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>, times: Times) -> Self {
        Self {
            times,
            patterns,
            links: BTreeMap::new(),
            attached: BTreeMap::new(),
            failing: BTreeMap::new(),
            unfit: BTreeSet::new(),
            kept: BTreeMap::new(),
        }
    }

    /// These links there are, and no others.
    pub fn list(&mut self, links: impl IntoIterator<Item = Interface>) {
        self.links = links.into_iter().map(|link| (link.index, link)).collect();
    }

    /// Something happened to a link.
    pub fn change(&mut self, change: Change) {
        match change {
            Change::Present(link) => drop(self.links.insert(link.index, link)),
            Change::Gone(index) => drop(self.links.remove(&index)),
        }
    }

    /// Other interfaces are wanted from now on.
    pub fn want(&mut self, patterns: Vec<Pattern>) {
        self.patterns = patterns;
    }

    /// This interface is to be attached anew, in another way.
    pub fn refit(&mut self, index: u32) {
        self.unfit.insert(index);
    }

    /// Whether there is still such a link by this name, and it is wanted.
    #[must_use]
    pub fn wants(&self, interface: &Interface) -> bool {
        let is_it = |link: &&Interface| link.index == interface.index && link.name == interface.name;
        wanted(self.links.values(), &self.patterns).iter().any(is_it)
    }

    /// What is to be done now.
    pub fn plan(&mut self, now: Instant) -> Plan {
        let wanted = wanted(self.links.values(), &self.patterns);
        let wanted: BTreeMap<_, _> = wanted.into_iter().map(|link| (link.index, link)).collect();
        let mut plan = Plan::default();
        for (index, attached) in &self.attached {
            match wanted.get(index) {
                Some(link) if link.name != attached.name => plan.renamed.push((*index, link.name.clone())),
                Some(_) => {}
                None if self.links.contains_key(index) => plan.unwanted.push(*index),
                None => plan.gone.push(*index),
            }
        }
        let until = now + self.times.keep;
        for index in plan.gone.iter().chain(&plan.unwanted) {
            self.kept.extend(self.attached.remove(index).map(|attached| (attached.name, until)));
        }
        let is_same = |index: &u32, name: &str| wanted.get(index).is_some_and(|link| link.name == name);
        let over = self.failing.extract_if(.., |index, failing| !is_same(index, &failing.name));
        self.kept.extend(over.map(|(_, failing)| (failing.name, until)));
        for (index, name) in &plan.renamed {
            self.kept.remove(name);
            if let Some(attached) = self.attached.get_mut(index) {
                attached.name.clone_from(name);
            }
        }
        let present: BTreeSet<_> = wanted.values().map(|link| link.name.as_str()).collect();
        let over = self.kept.extract_if(.., |name, until| *until <= now && !present.contains(name.as_str()));
        plan.forgotten.extend(over.map(|(name, _)| name));
        let is_due = |index: &u32| match self.attached.get(index) {
            Some(_) => self.unfit.contains(index),
            None => self.failing.get(index).is_none_or(|failing| failing.next <= now),
        };
        let due = wanted.iter().filter(|(index, _)| is_due(index));
        plan.attach.extend(due.map(|(_, link)| (*link).clone()));
        self.unfit.clear();
        plan
    }

    /// When there will be something to be done, whatever else happens.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let present: BTreeSet<_> = self.failing.values().map(|failing| failing.name.as_str()).collect();
        let kept = self.kept.iter().filter(|(name, _)| !present.contains(name.as_str()));
        let kept = kept.map(|(_, until)| *until);
        self.failing.values().map(|failing| failing.next).chain(kept).min()
    }

    /// It was attached.
    pub fn attached(&mut self, interface: &Interface, now: Instant) {
        let failed = self.failing.remove(&interface.index).map_or(0, |failing| failing.failed);
        let name = interface.name.clone();
        self.kept.remove(&name);
        self.attached.insert(interface.index, Attached { name, since: now, failed });
    }

    /// It could not be attached; whether it could before.
    pub fn refused(&mut self, interface: &Interface, reason: String, now: Instant) -> bool {
        self.attached.remove(&interface.index);
        let before = self.failing.remove(&interface.index);
        let failed = before.as_ref().map_or(0, |failing| failing.failed) + 1;
        let next = now + self.pause(failed);
        let name = interface.name.clone();
        self.failing.insert(interface.index, Failing { name, reason, failed, next });
        before.is_none()
    }

    /// An interface that is not attached has series, which go on for a while.
    pub fn keep(&mut self, name: String, now: Instant) {
        self.kept.insert(name, now + self.times.keep);
    }

    /// Its programs do not hang on it any longer.
    pub fn lost(&mut self, index: u32, reason: String, now: Instant) {
        let Some(Attached { name, since, failed }) = self.attached.remove(&index) else { return };
        let worked = now.duration_since(since) >= self.times.longest_retry;
        let failed = if worked { 0 } else { failed + 1 };
        let next = if worked { now } else { now + self.pause(failed) };
        self.kept.insert(name.clone(), now + self.times.keep);
        self.failing.insert(index, Failing { name, reason, failed, next });
    }

    /// Why not every wanted interface is attached, a sentence each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let failing = self.failing.values().map(|failing| failing.reason.clone());
        failing.chain(self.missing()).collect()
    }

    /// Interfaces that are wanted, those that are missing too.
    #[must_use]
    pub fn wanted(&self) -> usize {
        wanted(self.links.values(), &self.patterns).len() + self.missing().count()
    }

    /// Whether every plain name of these patterns can be attached.
    ///
    /// # Errors
    ///
    /// What is the matter with the first that cannot.
    pub fn check(&self, patterns: &[Pattern]) -> Result<(), InterfaceError> {
        patterns.iter().try_for_each(|pattern| match pattern {
            Pattern::Plain(name) => named(name, self.links.values().find(|link| link.name == *name)),
            Pattern::Glob(_) => Ok(()),
        })
    }

    /// What is the matter with plain names that are not to be attached.
    fn missing(&self) -> impl Iterator<Item = String> {
        self.patterns.iter().filter_map(|pattern| {
            let Pattern::Plain(name) = pattern else { return None };
            let link = self.links.values().find(|link| link.name == *name);
            named(name, link).err().map(|error| error.to_string())
        })
    }

    fn pause(&self, failed: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        self.times.retry.saturating_mul(doubled).min(self.times.longest_retry)
    }
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
