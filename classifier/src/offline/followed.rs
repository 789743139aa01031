//! Connections of a capture, from their SYN to what became of them, and with whom they were.

use std::convert::identity;

use classifier_common::{
    connection::Vantage,
    counter::Counters,
    evidence::{HostSources, Observed},
    host::HostConnections,
    outcome::Outcome,
};

use crate::{
    config::ProtocolNames,
    evidence::{Clock, Evidence},
};

/// A capture shows both ways as one, of no interface.
const WIRE: Vantage = Vantage::wire(0);

/// Nanoseconds between two looks for connections that time alone ends.
const BEAT: u64 = 1_000_000_000;

/// What the kernel's maps would hold of them.
#[derive(Default)]
pub(super) struct Followed {
    connections: HostConnections,
    sources: HostSources,
    swept: u64,
}

impl Followed {
    /// Takes a frame in, with what was judged of it, and counts what has become known by it or by the time that it came at.
    pub(super) fn see(&mut self, bytes: &[u8], outcome: &Outcome, now: u64, counters: &mut Counters) {
        if self.connections.waiting() > 0 && now.saturating_sub(self.swept) >= BEAT {
            self.swept = now;
            self.connections.sweep(now);
        }
        self.connections.see(bytes, outcome, WIRE, now);
        for ended in self.connections.take_ended() {
            counters.count_ended(&ended, identity);
            if let Some(finding) = ended.finding() {
                self.sources.note(&Observed::from(&finding));
            }
        }
    }

    /// Whom they were with. A capture's clock is the calendar's.
    pub(super) fn evidence(&self, names: &ProtocolNames) -> Evidence {
        Evidence::of_host(&self.sources, names, Clock::new(0, std::time::Duration::ZERO))
    }
}
