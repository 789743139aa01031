//! The maps of the FTP tracking.
#![expect(unsafe_code, reason = "tokio takes a file descriptor on a promise")]

use std::{
    io,
    os::fd::{AsFd as _, OwnedFd},
    sync::Arc,
};

use aya::maps::{HashMap, Map, MapData, MapError, PerCpuArray, RingBuf};
use classifier_common::{
    abi::{MAP_ENCRYPTED, MAP_ENDPOINTS, MAP_EVENTS, MAP_POLICY, MAP_SESSIONS, MAP_TALLIES},
    control::{Policy, Session, SessionKey, TALLIES, Tallies},
    endpoint::WAYS,
};

use tokio::io::{Interest, unix::AsyncFd};

use super::{
    DatapathError, Own, encrypted::EncryptedPairs, endpoints::SharedEndpoints, port_table::SharedPorts,
};
use crate::{config::FtpSettings, counters::ReadError};

/// What the agent has of the tracking.
pub struct Tracking {
    endpoints: SharedEndpoints,
    sessions: HashMap<MapData, SessionKey, Session>,
    tallies: PerCpuArray<MapData, Tallies>,
    events: RingBuf<MapData>,
    ports: Arc<SharedPorts>,
    policy: Policy,
    capacity: u32,
    encrypted: EncryptedPairs,
    own: Arc<Own>,
    goes_on: bool,
}

/// Sets that the endpoint table needs for so many endpoints.
pub(super) fn sets(endpoints: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "there are four")]
    const PLACES: u32 = WAYS as u32;
    endpoints.div_ceil(PLACES).next_power_of_two()
}

/// What the programs are told of the settings.
fn policy(settings: &FtpSettings) -> Policy {
    Policy {
        allow_foreign_address: settings.allow_foreign_address.into(),
        infer_encrypted: settings.infer_encrypted.into(),
        control_rate: settings.control_rate.into(),
        encrypted: 0,
    }
}

impl Tracking {
    /// Takes the maps, by name, and writes what the settings say; `goes_on`: an agent before has filled them.
    pub(super) fn new(
        mut take: impl FnMut(&'static str) -> Result<Map, DatapathError>,
        ports: Arc<SharedPorts>,
        settings: &FtpSettings,
        own: Arc<Own>,
        goes_on: bool,
    ) -> Result<Self, DatapathError> {
        let Map::Array(endpoints) = take(MAP_ENDPOINTS)? else {
            return Err(DatapathError::Missing(MAP_ENDPOINTS));
        };
        let of = |name| move |cause: MapError| DatapathError::map(name, cause);
        let policy = policy(settings);
        let encrypted = EncryptedPairs::new(take(MAP_ENCRYPTED)?, take(MAP_POLICY)?)?;
        encrypted.set_policy(&policy);
        let sets = sets(settings.max_endpoints) as usize;
        Ok(Self {
            endpoints: SharedEndpoints::map(endpoints, sets, Arc::clone(&ports))?,
            sessions: take(MAP_SESSIONS)?.try_into().map_err(of(MAP_SESSIONS))?,
            tallies: take(MAP_TALLIES)?.try_into().map_err(of(MAP_TALLIES))?,
            events: take(MAP_EVENTS)?.try_into().map_err(of(MAP_EVENTS))?,
            ports,
            policy,
            capacity: settings.max_sessions,
            encrypted,
            own,
            goes_on,
        })
    }

    /// The endpoint table.
    #[must_use]
    pub const fn endpoints(&self) -> &SharedEndpoints {
        &self.endpoints
    }

    /// What the configuration says.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Goes on by these settings; how much there is room for stays as it is.
    pub fn set_policy(&mut self, settings: &FtpSettings) {
        self.policy = policy(settings);
        self.encrypted.set_policy(&self.policy);
    }

    /// Sessions that there is room for.
    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Whether there was an agent before, whose sessions and endpoints these are.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// The same numbers as [`Self::own`], for another room.
    #[must_use]
    pub fn shared_own(&self) -> Arc<Own> {
        Arc::clone(&self.own)
    }

    /// What the agent counts itself.
    #[must_use]
    pub fn own(&self) -> &Own {
        &self.own
    }

    /// Whether a TCP port belongs to a protocol.
    #[must_use]
    pub fn is_known_port(&self, port: u16) -> bool {
        self.ports.is_known(port)
    }

    /// The next event that the programs have sent.
    pub fn next_event(&mut self, take: impl FnOnce(&[u8])) -> bool {
        let Some(event) = self.events.next() else { return false };
        take(&event);
        true
    }

    /// A descriptor that is readable when there are events.
    ///
    /// # Errors
    ///
    /// When the system has no descriptor left, or does not wait for this one.
    pub fn readiness(&self) -> io::Result<AsyncFd<OwnedFd>> {
        let events = self.events.as_fd().try_clone_to_owned()?;
        // SAFETY: the descriptor is owned by the `AsyncFd` from here on, and never replaced.
        unsafe { AsyncFd::register_with_interest(events, Interest::READABLE) }.map_err(Into::into)
    }

    /// What the programs have counted about the tracking, over all CPUs.
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

    /// Every session.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn sessions(&self) -> impl Iterator<Item = Result<(SessionKey, Session), ReadError>> {
        self.sessions.iter().map(|session| session.map_err(ReadError::map(MAP_SESSIONS)))
    }

    /// Forgets a session, if it is still this one: as it was then.
    pub fn forget(&mut self, key: &SessionKey, id: u64) -> Option<Session> {
        let session = self.sessions.get(key, 0).ok().filter(|session| session.id == id)?;
        self.sessions.remove(key).ok()?;
        if session.is_encrypted() && !session.has_ended() {
            self.encrypted.leave(key);
        }
        Some(session)
    }
}
