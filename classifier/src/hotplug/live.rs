// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Keeps the interfaces attached while they come and go, for scrapes to read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use classifier_common::{endpoint::EndpointState, evidence::Summary};
use tokio::sync::Notify;
use tracing::info;

use super::{AttachOptions, DesiredState, Times, state::State};
use crate::{
    clock,
    config::{Pattern, Settings},
    datapath::{Attached, Datapath, DatapathError, HookVisibility},
    ftp::FtpRuntime,
    interfaces::{Interface, Selection},
    snapshot::{
        EndpointReport, FtpNow, Hotplug, InterfaceState, ReadError, Readiness, Readings, SessionReport,
        Snapshot, SnapshotSource, TopPorts, TopSources,
    },
};

/// Attached and retained interfaces, shared between tasks.
pub struct Live {
    state: Mutex<State>,
    pub(super) ftp: Arc<Mutex<FtpRuntime>>,
    pub(super) times: Times,
    /// Notified at each scrape.
    pub(super) scraped: Notify,
    /// Notified when the selection changes.
    pub(super) changed: Notify,
}

impl Live {
    /// Attaches the selected ones of these links. Every interface that was named must be attached, and at
    /// least one if any is selected.
    ///
    /// # Errors
    ///
    /// When a required interface is refused, or pins cannot be taken over.
    pub fn start(
        datapath: Datapath,
        ftp: Arc<Mutex<FtpRuntime>>,
        links: Vec<Interface>,
        settings: &Settings,
        times: Times,
    ) -> Result<Self, DatapathError> {
        let mut state = State {
            datapath,
            desired: DesiredState::new(Selection::from(settings), times),
            options: AttachOptions { mode: settings.xdp_mode, egress: settings.egress },
            attached: BTreeMap::new(),
            retained: BTreeMap::new(),
            failures: BTreeMap::new(),
            overruns: 0,
            visibility: HookVisibility::Whole,
            preceded: BTreeSet::new(),
            top_sources: settings.evidence.top_sources as usize,
            top_ports: settings.evidence.top_ports as usize,
        };
        state.recognise(&links)?;
        state.desired.list(links);
        let actions = state.desired.reconcile(Instant::now());
        state.prepare(&actions.attach);
        let mut refused = None;
        for interface in &actions.attach {
            match state.attach(interface) {
                Ok(()) => {}
                Err(error) if is_named(interface, &settings.interfaces) => return Err(error),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if state.attached.is_empty() => Err(error),
            _ => {
                state.take_over(Instant::now())?;
                if state.attached.is_empty() {
                    info!("no interface matches yet; waiting for one");
                }
                let state = Mutex::new(state);
                Ok(Self { state, ftp, times, scraped: Notify::new(), changed: Notify::new() })
            }
        }
    }

    /// Changes the selection or the hooks. Unchanged interfaces count without a gap; those no longer wanted
    /// are detached, and their counters are kept for a while.
    pub fn set_wanted(&self, selection: impl Into<Selection>, options: AttachOptions) {
        let mut state = self.enter();
        state.desired.want(selection);
        state.options = options;
        let unfit =
            state.attached.iter().filter(|(_, attached)| !attached.is_as(options.mode, options.egress));
        let unfit: Vec<u32> = unfit.map(|(index, _)| *index).collect();
        for index in unfit {
            state.desired.refit(index);
        }
        self.changed.notify_one();
    }

    /// Becomes the first program of a TC hook again, wherever another program has come before.
    pub fn take_first_places(&self) {
        let mut state = self.enter();
        let is_preceded = |attached: &Attached| {
            let hook_state = state.datapath.hook_state(attached, None, state.visibility);
            hook_state.is_ok_and(|hook_state| !hook_state.preceded.is_empty())
        };
        let seen = state.preceded.iter().copied();
        let preceded = state.attached.iter().filter(|(_, attached)| is_preceded(attached));
        let preceded: BTreeSet<_> = preceded.map(|(index, _)| *index).chain(seen).collect();
        for index in preceded {
            state.desired.refit(index);
        }
        self.changed.notify_one();
    }

    /// Determines the permitted questions about hooks. Call it after capabilities are given up.
    pub fn look_as_allowed(&self) {
        let visibility = HookVisibility::of_this_process();
        if visibility == HookVisibility::Links {
            info!("without CAP_NET_ADMIN, a TC program that runs before the classifier's is not noticed");
        }
        self.enter().visibility = visibility;
    }

    /// Locks the state. A panic while it was locked leaves every interface attached or not.
    pub(super) fn enter(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_named(interface: &Interface, patterns: &[Pattern]) -> bool {
    patterns.iter().any(|pattern| matches!(pattern, Pattern::Plain(name) if interface.is_named(name)))
}

impl SnapshotSource for Live {
    fn snapshot(&self) -> Result<Snapshot, ReadError> {
        // A panic while reading leaves nothing half-written.
        let ftp = self.ftp.lock().unwrap_or_else(PoisonError::into_inner).snapshot()?;
        let state = self.enter();
        let mut snapshot = state.datapath.snapshot(state.attached.values(), state.retained.values(), ftp)?;
        snapshot.hotplug = Hotplug {
            wanted: state.desired.wanted(),
            failures: state.failures.clone(),
            overruns: state.overruns,
        };
        if state.top_sources > 0 {
            match state.datapath.sources().read() {
                Ok(sums) => snapshot.top_sources = Some(TopSources { sums, most: state.top_sources }),
                // One family is missing then, and not all.
                Err(error) => snapshot.unread_sources = Some(error.to_string()),
            }
        }
        if state.top_ports > 0 {
            match state.datapath.sources().services() {
                Ok(services) => snapshot.top_ports = Some(TopPorts { services, most: state.top_ports }),
                Err(error) => snapshot.unread_sources = Some(error.to_string()),
            }
        }
        self.scraped.notify_one();
        Ok(snapshot)
    }

    fn readiness(&self) -> Readiness {
        let state = self.enter();
        let of = |one: &Attached| InterfaceState {
            name: one.interface.name.clone(),
            ingress: one.hooks.ingress,
            egress: one.hooks.egress,
            why: one.hooks.why.clone(),
        };
        let reasons: Vec<_> = state.desired.reasons().into_iter().chain(state.unseen_packets()).collect();
        // The task repairs the problems, after another check.
        if !reasons.is_empty() {
            self.scraped.notify_one();
        }
        Readiness {
            ready: reasons.is_empty(),
            interfaces: state.attached.values().map(of).collect(),
            reasons,
        }
    }

    fn readings(&self) -> Result<Readings, ReadError> {
        let tallies = self.ftp.lock().unwrap_or_else(PoisonError::into_inner).tallies()?;
        let state = self.enter();
        state.datapath.readings(state.attached.values(), state.retained.values(), &tallies, state.overruns)
    }

    fn services_now(&self) -> Result<Summary, ReadError> {
        self.enter().datapath.sources().services()
    }

    fn ftp_now(&self, most: usize) -> FtpNow {
        let ftp = self.ftp.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        // The sessions are unordered, and each costs two system calls: with very many, an arbitrary part is
        // shown.
        let sessions = ftp.sessions().take(most).filter_map(Result::ok);
        let sessions = sessions.filter(|(_, session)| !session.has_ended());
        let mut sessions: Vec<_> =
            sessions.map(|(key, session)| SessionReport::of(&key, &session, now)).collect();
        sessions.sort_by(|one, other| one.idle_seconds.seconds().total_cmp(&other.idle_seconds.seconds()));
        let endpoints = ftp.endpoints().filter(|endpoint| endpoint.word.state() != EndpointState::Free);
        let endpoints = EndpointReport::youngest(endpoints, most, now);
        FtpNow { sessions, endpoints }
    }
}
