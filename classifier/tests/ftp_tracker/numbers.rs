//! Numbers that a trace can ask for, and those that must always agree.

use std::collections::BTreeMap;

use classifier_common::{control::Tally, endpoint::State, ports::Transport, tables::Tables as _};

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
    /// `None` if nothing is counted under this name. `port 40000` is what the port table counts of it.
    pub fn number(&self, name: &str) -> Option<u64> {
        if let Some(port) = name.strip_prefix("port ") {
            return Some(self.counted(port.parse().ok()?));
        }
        Some(match name {
            "announced" => self.in_state(State::Announced),
            "proposed" => self.in_state(State::Proposed),
            "connected" => self.in_state(State::Connected),
            "closed" => self.in_state(State::Closed),
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

    /// What holds at any time: learned is what is there or was removed, and the port table counts it.
    pub fn agrees(&self) -> Result<(), String> {
        let sum = |all: &[(&str, Tally)]| all.iter().map(|(_, tally)| self.tracking.tally(*tally)).sum();
        let (learned, removed): (u64, u64) = (sum(&LEARNED), sum(&REMOVED));
        let there: u64 = [State::Announced, State::Connected, State::Closed]
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

    fn in_state(&self, state: State) -> u64 {
        self.tracking.endpoints().iter().filter(|(_, place)| place.word.state() == state).count() as u64
    }
}
