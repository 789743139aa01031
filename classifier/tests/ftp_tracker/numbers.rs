// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Numbers that a trace can check, and invariants.

use std::collections::BTreeMap;

use classifier_common::{control::Tally, endpoint::EndpointState, ports::Transport, tables::Tables as _};

use crate::world::World;

const LEARNED: [(&str, Tally); 4] = [
    ("learned_pasv", Tally::LearnedPasv),
    ("learned_epsv", Tally::LearnedEpsv),
    ("learned_port", Tally::LearnedPort),
    ("learned_eprt", Tally::LearnedEprt),
];

const REMOVED: [(&str, Tally); 5] = [
    ("removed_closed", Tally::RemovedClosed),
    ("removed_expired", Tally::RemovedExpired),
    ("removed_evicted", Tally::RemovedEvicted),
    ("removed_replaced", Tally::RemovedReplaced),
    ("removed_withdrawn", Tally::RemovedWithdrawn),
];

const OTHERS: [(&str, Tally); 6] = [
    ("rejected_unsolicited", Tally::RejectedUnsolicited),
    ("rejected_foreign_address", Tally::RejectedForeignAddress),
    ("rejected_reserved_port", Tally::RejectedReservedPort),
    ("rejected_malformed", Tally::RejectedMalformed),
    ("segments", Tally::Segments),
    ("segments_lost", Tally::SegmentsLost),
];

impl World {
    /// Returns a number by name; `None` for an unknown name. `port 40000` is its count in the port table.
    pub fn number(&self, name: &str) -> Option<u64> {
        if let Some(port) = name.strip_prefix("port ") {
            return Some(self.counted(port.parse().ok()?));
        }
        Some(match name {
            "announced" => self.in_state(EndpointState::Announced),
            "proposed" => self.in_state(EndpointState::Proposed),
            "connected" => self.in_state(EndpointState::Connected),
            "closed" => self.in_state(EndpointState::Closed),
            "idle" => self.is_idle().into(),
            "completed" => self.asked.completed.get(),
            "forgotten" => self.asked.forgotten.get(),
            "made_room" => self.asked.made_room.get(),
            name => {
                let mut all = LEARNED.iter().chain(&REMOVED).chain(&OTHERS);
                let (_, tally) = all.find(|(known, _)| *known == name)?;
                self.tracking.tally(*tally)
            }
        })
    }

    /// Checks the invariants: every learned endpoint is present or was removed, and the port table counts it.
    pub fn agrees(&self) -> Result<(), String> {
        let sum = |all: &[(&str, Tally)]| all.iter().map(|(_, tally)| self.tracking.tally(*tally)).sum();
        let (learned, removed): (u64, u64) = (sum(&LEARNED), sum(&REMOVED));
        let there: u64 = [EndpointState::Announced, EndpointState::Connected, EndpointState::Closed]
            .map(|state| self.in_state(state))
            .iter()
            .sum();
        if learned != removed + there {
            return Err(format!("{learned} were learned, {removed} removed, {there} are there"));
        }
        let mut ports = BTreeMap::<u16, u64>::new();
        for (_, place) in self.tracking.endpoints() {
            *ports.entry(place.word.port()).or_default() += 1;
        }
        match ports.iter().find(|(port, count)| self.counted(**port) != **count) {
            Some((port, count)) => {
                Err(format!("port {port} is counted {}, not {count}", self.counted(*port)))
            }
            None => Ok(()),
        }
    }

    fn counted(&self, port: u16) -> u64 {
        self.tables.port(Transport::Tcp, port).endpoints().into()
    }

    fn in_state(&self, state: EndpointState) -> u64 {
        self.tracking.endpoints().iter().filter(|(_, place)| place.word.state() == state).count() as u64
    }
}
