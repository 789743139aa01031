//! What a program may have to do with beside the packets that it gets.

use std::{mem::take, ops::Range};

use anyhow::{Context as _, Result};
use classifier_common::{
    endpoint::{Address, Announcement, Evidence, Kind, Mode, Owner, State, announce, set_of, withdraw},
    packet::Link,
    ports::Transport,
    protocol::{CONFIGURED_MAX, Protocol},
};

use super::subject::Subject;

/// TCP ports that belong to protocols, and announced ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burden {
    /// At least the five that always do. The packets have none of the others.
    pub ports: u16,
    /// Of connections that no packet is of.
    pub endpoints: u32,
}

/// No configuration, no other FTP.
pub const LEAST: Burden = Burden { ports: 5, endpoints: 0 };

/// Ports that no packet has and nothing is known of without a configuration.
const FREE_PORTS: Range<u16> = 1024..40_000;

/// The first of them that are announced.
const FIRST_ANNOUNCED: u16 = 10_000;

/// Index of the first interface that is counted and gets no packet: past those that are there.
const FIRST_OTHER: u32 = 100;

/// Control connection of all of the endpoints.
const SESSION: u64 = u64::MAX;

impl Subject {
    /// Takes this burden in place of the one that it has.
    pub fn bear(&mut self, burden: Burden) -> Result<()> {
        if burden.ports != self.burden.ports {
            self.configure(burden.ports);
        }
        if burden.endpoints != self.burden.endpoints {
            self.withdraw();
            self.announce(burden.endpoints)?;
        }
        self.burden = burden;
        Ok(())
    }

    fn configure(&self, ports: u16) {
        let numbered = FREE_PORTS.zip(0..ports.saturating_sub(LEAST.ports));
        let protocol = |number: u16| Protocol::configured(usize::from(number) % CONFIGURED_MAX);
        let configured =
            numbered.filter_map(|(port, number)| Some((Transport::Tcp, port, protocol(number)?)));
        self.datapath.set_ports(&configured.collect::<Vec<_>>());
    }

    /// Of a set that is full, the oldest give way.
    fn announce(&mut self, endpoints: u32) -> Result<()> {
        let kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended: false };
        for (number, port) in (0..endpoints).zip((FIRST_ANNOUNCED..FREE_PORTS.end).cycle()) {
            let [_, high, middle, low] = number.to_be_bytes();
            let (address, peer) = (Address::v4([172, 16, 0, 1]), Address::v4([11, high, middle, low]));
            let owner = Owner { address, peer, port };
            let announcement =
                Announcement { owner: &owner, kind, session: SESSION, state: State::Announced };
            let set = set_of(&owner);
            let place = announce(&self.tracking.endpoints().set(set), &announcement);
            self.announced.push((set, place.context("an endpoint finds no place")?.way));
        }
        Ok(())
    }

    fn withdraw(&mut self) {
        for (set, way) in take(&mut self.announced) {
            // A place that changed hands is withdrawn once.
            let _ = withdraw(&self.tracking.endpoints().set(set), way, SESSION);
        }
    }

    /// Has counters for so many interfaces, from now on.
    pub fn count(&mut self, interfaces: usize) -> Result<()> {
        for index in (FIRST_OTHER..).take(interfaces.saturating_sub(1)) {
            self.others.push(self.datapath.counters_for(index, Link::Ethernet)?);
        }
        Ok(())
    }
}
