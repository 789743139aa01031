//! The interfaces as scrapes see them, while they come and go.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use classifier_common::endpoint::State as EndpointState;
use tokio::sync::Notify;
use tracing::info;

use super::{How, Roster, Times, state::State};
use crate::{
    config::{Pattern, Settings},
    counters::{FtpNow, Hotplug, InterfaceState, ReadError, Readiness, Snapshot, Source, TopSources},
    datapath::{self, Attached, Datapath, DatapathError},
    ftp::Room,
    history::Readings,
    interfaces::Interface,
    status::{EndpointReport, SessionReport},
};

/// What is attached, and what was.
pub struct Live {
    state: Mutex<State>,
    pub(super) ftp: Arc<Mutex<Room>>,
    pub(super) times: Times,
    /// Told at each scrape.
    pub(super) scraped: Notify,
    /// Told when something else is wanted.
    pub(super) changed: Notify,
}

impl Live {
    /// Attaches what the settings want of these links. An interface that was named must work, and so must one at least
    /// if there are any.
    ///
    /// # Errors
    ///
    /// When one that must be attached is refused, or pins cannot be taken over.
    pub fn start(
        datapath: Datapath,
        ftp: Arc<Mutex<Room>>,
        links: Vec<Interface>,
        settings: &Settings,
        times: Times,
    ) -> Result<Self, DatapathError> {
        let mut state = State {
            datapath,
            roster: Roster::new(settings.interfaces.clone(), times),
            how: How { mode: settings.xdp_mode, egress: settings.egress },
            attached: BTreeMap::new(),
            retained: BTreeMap::new(),
            failures: BTreeMap::new(),
            overruns: 0,
            unfollowed: None,
            top_sources: settings.evidence.top_sources as usize,
        };
        state.recognise(&links)?;
        state.roster.list(links);
        let plan = state.roster.plan(Instant::now());
        state.prepare(&plan.attach);
        let mut refused = None;
        for interface in &plan.attach {
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
                    info!("there is no interface to count yet, waiting for one");
                }
                let state = Mutex::new(state);
                Ok(Self { state, ftp, times, scraped: Notify::new(), changed: Notify::new() })
            }
        }
    }

    /// Other interfaces are wanted from now on, or in another way. Those that stay as they are count on without a gap;
    /// what is no longer wanted is detached, and its counters are kept for a while.
    pub fn set_wanted(&self, patterns: Vec<Pattern>, how: How) {
        let mut state = self.enter();
        state.roster.want(patterns);
        state.how = how;
        let unfit = state.attached.iter().filter(|(_, attached)| !attached.is_as(how.mode, how.egress));
        let unfit: Vec<u32> = unfit.map(|(index, _)| *index).collect();
        for index in unfit {
            state.roster.refit(index);
        }
        self.changed.notify_one();
    }

    /// A panic while the state was held leaves every interface attached or not.
    pub(super) fn enter(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_named(interface: &Interface, patterns: &[Pattern]) -> bool {
    patterns.iter().any(|pattern| matches!(pattern, Pattern::Plain(name) if *name == interface.name))
}

impl Source for Live {
    fn snapshot(&self) -> Result<Snapshot, ReadError> {
        // A panic while reading leaves nothing half-written.
        let ftp = self.ftp.lock().unwrap_or_else(PoisonError::into_inner).snapshot()?;
        let state = self.enter();
        let mut snapshot = state.datapath.snapshot(state.attached.values(), state.retained.values(), ftp)?;
        snapshot.hotplug = Hotplug {
            wanted: state.roster.wanted() as u64,
            failures: state.failures.clone(),
            overruns: state.overruns,
        };
        if state.top_sources > 0 {
            let sums = state.datapath.sources().read()?;
            snapshot.top_sources = Some(TopSources { sums, most: state.top_sources });
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
        let mut reasons = state.roster.reasons();
        reasons.extend(state.unfollowed.clone());
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

    fn ftp_now(&self, most: usize) -> FtpNow {
        let ftp = self.ftp.lock().unwrap_or_else(PoisonError::into_inner);
        let now = datapath::now();
        // The sessions are in no order, and each costs two system calls: of very many, any are shown.
        let sessions = ftp.sessions().take(most).filter_map(Result::ok);
        let sessions = sessions.filter(|(_, session)| !session.has_ended());
        let mut sessions: Vec<_> =
            sessions.map(|(key, session)| SessionReport::of(&key, &session, now)).collect();
        sessions.sort_by(|one, other| one.idle_seconds.seconds().total_cmp(&other.idle_seconds.seconds()));
        let endpoints = ftp.endpoints().filter(|endpoint| endpoint.word.state() != EndpointState::Free);
        let mut endpoints: Vec<_> =
            endpoints.take(most).map(|endpoint| EndpointReport::of(&endpoint, now)).collect();
        endpoints.sort_by(|one, other| one.age_seconds.seconds().total_cmp(&other.age_seconds.seconds()));
        FtpNow { sessions, endpoints }
    }
}
