// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads and writes the maps of the FTP tracking.
#![expect(unsafe_code, reason = "tokio takes a file descriptor on a promise")]

use std::{
    io,
    os::fd::{AsFd as _, OwnedFd},
    sync::Arc,
};

use aya::maps::{HashMap, Map, MapData, MapError, PerCpuArray, RingBuf};
use classifier_common::{
    abi::{MAP_ENCRYPTED, MAP_ENDPOINTS, MAP_EVENTS, MAP_POLICY, MAP_SESSIONS, MAP_TALLIES},
    control::{Session, SessionKey, TALLIES, Tallies, TrackingConfig},
    endpoint::WAYS,
};

use tokio::io::{Interest, unix::AsyncFd};

use super::{
    AgentCounters, DatapathError,
    encrypted::{EncryptedPairs, LeftPairs},
    endpoints::SharedEndpoints,
    port_table::SharedPorts,
};
use crate::{config::FtpSettings, snapshot::ReadError};

/// The agent's side of the FTP tracking.
pub struct Tracking {
    endpoints: SharedEndpoints,
    sessions: HashMap<MapData, SessionKey, Session>,
    tallies: PerCpuArray<MapData, Tallies>,
    events: RingBuf<MapData>,
    ports: Arc<SharedPorts>,
    policy: TrackingConfig,
    capacity: u32,
    encrypted: EncryptedPairs,
    agent_counters: Arc<AgentCounters>,
    continues: bool,
}

/// Returns the number of buckets for this many endpoints.
pub(super) fn buckets(endpoints: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "there are four")]
    const ENTRIES: u32 = WAYS as u32;
    endpoints.div_ceil(ENTRIES).next_power_of_two()
}

/// Converts the settings to the configuration of the programs.
fn policy(settings: &FtpSettings) -> TrackingConfig {
    TrackingConfig {
        allow_foreign_address: settings.allow_foreign_address.into(),
        infer_encrypted: settings.infer_encrypted.into(),
        control_rate: settings.control_rate.into(),
        encrypted: 0,
    }
}

impl Tracking {
    /// Takes the maps, by name. With `continues`, a previous agent has filled them, and their settings stay
    /// until [`Self::set_policy`]; else the settings are written.
    pub(super) fn new(
        mut take: impl FnMut(&'static str) -> Result<Map, DatapathError>,
        ports: Arc<SharedPorts>,
        settings: &FtpSettings,
        agent_counters: Arc<AgentCounters>,
        left: LeftPairs,
        continues: bool,
    ) -> Result<Self, DatapathError> {
        let Map::Array(endpoints) = take(MAP_ENDPOINTS)? else {
            return Err(DatapathError::Missing(MAP_ENDPOINTS));
        };
        let of = |name| move |cause: MapError| DatapathError::map(name, cause);
        let policy = policy(settings);
        let encrypted = EncryptedPairs::new(take(MAP_ENCRYPTED)?, take(MAP_POLICY)?, left)?;
        // Pinned programs use the settings that a previous agent has written.
        if !continues {
            encrypted.set_policy(&policy);
        }
        let buckets = buckets(settings.max_endpoints) as usize;
        Ok(Self {
            endpoints: SharedEndpoints::map(endpoints, buckets, Arc::clone(&ports))?,
            sessions: take(MAP_SESSIONS)?.try_into().map_err(of(MAP_SESSIONS))?,
            tallies: take(MAP_TALLIES)?.try_into().map_err(of(MAP_TALLIES))?,
            events: take(MAP_EVENTS)?.try_into().map_err(of(MAP_EVENTS))?,
            ports,
            policy,
            capacity: settings.max_sessions,
            encrypted,
            agent_counters,
            continues,
        })
    }

    /// Returns the endpoint table.
    #[must_use]
    pub const fn endpoints(&self) -> &SharedEndpoints {
        &self.endpoints
    }

    /// Returns the configuration of the programs.
    #[must_use]
    pub const fn policy(&self) -> TrackingConfig {
        self.policy
    }

    /// Applies new settings, except capacities, which stay.
    pub fn set_policy(&mut self, settings: &FtpSettings) {
        self.policy = policy(settings);
        self.encrypted.set_policy(&self.policy);
    }

    /// Returns the capacity of sessions.
    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Tells whether sessions and endpoints are those of a previous agent.
    #[must_use]
    pub const fn continues(&self) -> bool {
        self.continues
    }

    /// Shares [`Self::agent_counters`] with another owner.
    #[must_use]
    pub fn shared_agent_counters(&self) -> Arc<AgentCounters> {
        Arc::clone(&self.agent_counters)
    }

    /// Returns the agent's own counters.
    #[must_use]
    pub fn agent_counters(&self) -> &AgentCounters {
        &self.agent_counters
    }

    /// Tells whether a TCP port is assigned to a protocol.
    #[must_use]
    pub fn is_known_port(&self, port: u16) -> bool {
        self.ports.is_known(port)
    }

    /// Takes the next event of the programs.
    pub fn next_event(&mut self, take: impl FnOnce(&[u8])) -> bool {
        let Some(event) = self.events.next() else { return false };
        take(&event);
        true
    }

    /// Returns a descriptor that is readable when there are events.
    ///
    /// # Errors
    ///
    /// When the system has no descriptor left, or cannot wait for this one.
    pub fn readiness(&self) -> io::Result<AsyncFd<OwnedFd>> {
        let events = self.events.as_fd().try_clone_to_owned()?;
        // SAFETY: the descriptor moves into the `AsyncFd`, and is never replaced.
        unsafe { AsyncFd::register_with_interest(events, Interest::READABLE) }.map_err(Into::into)
    }

    /// Reads the programs' tallies of the tracking, summed over all CPUs.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn tallies(&self) -> Result<Tallies, ReadError> {
        let mut sum = [0; TALLIES];
        for cpu in self.tallies.get(&0, 0).map_err(ReadError::map(MAP_TALLIES))?.iter() {
            for (sum, number) in sum.iter_mut().zip(cpu) {
                *sum += number;
            }
        }
        Ok(sum)
    }

    /// Iterates over every session.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn sessions(&self) -> impl Iterator<Item = Result<(SessionKey, Session), ReadError>> {
        self.sessions.iter().map(|session| session.map_err(ReadError::map(MAP_SESSIONS)))
    }

    /// Removes a session if it still has this id, and returns its last state.
    pub fn forget(&mut self, key: &SessionKey, id: u64) -> Option<Session> {
        let session = self.sessions.get(key, 0).ok().filter(|session| session.id == id)?;
        self.sessions.remove(key).ok()?;
        if session.is_paired() {
            self.encrypted.leave(key);
        }
        Some(session)
    }
}
