// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Follows the connections of a capture from their SYN to their outcome, with their peers.

use std::convert::identity;

use classifier_common::{
    connection::{ConnReport, HookPoint},
    counter::Counters,
    evidence::{HostSources, Observed},
    host::{HostConnections, HostFlows, HostTables},
    outcome::Outcome,
};

use crate::{
    evidence::{Clock, Evidence},
    protocol_names::ProtocolNames,
};

/// Hook of a capture, which has both directions as one, of no interface.
const WIRE: HookPoint = HookPoint::wire(0);

/// Nanoseconds between two searches for expired connections.
const BEAT: u64 = 1_000_000_000;

/// Connections and peers, as in the kernel's maps.
#[derive(Default)]
pub(super) struct Followed {
    connections: HostConnections,
    flows: HostFlows,
    sources: HostSources,
    swept: u64,
}

impl Followed {
    /// Takes a frame with its outcome by the tables of `ports`, and counts connections that it or its time settles.
    pub(super) fn see(
        &mut self,
        bytes: &[u8],
        outcome: &Outcome,
        ports: &HostTables,
        now: u64,
        counters: &mut Counters,
    ) {
        if self.connections.waiting() > 0 && now.saturating_sub(self.swept) >= BEAT {
            self.swept = now;
            let reports = self.connections.sweep(now);
            self.count(&reports, counters);
        }
        let reports = self.connections.see(bytes, outcome, ports, WIRE, now);
        self.count(&reports, counters);
        if let Some(finding) = self.flows.see(bytes, outcome, &WIRE, now) {
            self.sources.note(&Observed::from(&finding));
        }
    }

    fn count(&mut self, reports: &[ConnReport], counters: &mut Counters) {
        for report in reports {
            counters.count_report(report, identity);
            if let Some(finding) = report.finding() {
                self.sources.note(&Observed::from(&finding));
            }
        }
    }

    /// Returns the peers. A capture's clock is the calendar.
    pub(super) fn evidence(&self, names: &ProtocolNames) -> Evidence {
        Evidence::of_host(&self.sources, names, Clock::new(0, std::time::Duration::ZERO))
    }
}
