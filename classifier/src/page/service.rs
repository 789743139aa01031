// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections of a service, summed over the interfaces that the page shows.

use classifier_common::{
    abi::Direction,
    connection::{Encryption, row},
    protocol::Protocol,
};

use super::{Page, sums::HandshakeSums, totals::Totals};
use crate::evidence::{Opened, SourceEvidence};

/// The connections of a protocol.
pub(super) struct Service<'p> {
    pub protocol: Protocol,
    /// Label value of the protocol.
    pub label: &'p str,
    /// Connections of each direction that has any.
    pub sides: Vec<(Opened, HandshakeSums)>,
    /// Logins before TLS; `None` for a protocol without followed sessions.
    pub clear_logins: Option<u64>,
}

impl<'p> Service<'p> {
    /// Returns the services with connections; `None` if no interface is counted in both directions. Without
    /// egress, answers are not seen, and an outcome is no evidence.
    pub fn all(page: &'p Page<'_>, totals: &Totals) -> Option<Vec<Self>> {
        totals.whole(Direction::Egress)?;
        let of = |(protocol, label)| Self::of(protocol, label, totals);
        Some(page.names.servers_first().into_iter().filter_map(of).collect())
    }

    /// Sums the connections of a protocol; `None` without a connection, and for a protocol without a server.
    fn of(protocol: Protocol, label: &'p str, totals: &Totals) -> Option<Self> {
        let row = row(protocol)?;
        let sum = |direction| {
            let counters = totals.whole(direction);
            counters
                .map_or_else(HandshakeSums::default, |counters| HandshakeSums::of(&counters.connections[row]))
        };
        let sides: Vec<_> = Opened::ALL.into_iter().map(|opened| (opened, sum(opened.into()))).collect();
        let sides: Vec<_> = sides.into_iter().filter(|(_, sums)| sums.total() > 0).collect();
        let mut sessions = [0; Encryption::ALL.len()];
        for counters in Direction::ALL.into_iter().filter_map(|direction| totals.whole(direction)) {
            sessions.iter_mut().zip(counters.sessions[row]).for_each(|(sum, count)| *sum += count);
        }
        let is_followed = protocol.has_session() || sessions.iter().any(|count| *count > 0);
        let clear_logins = is_followed.then_some(sessions[Encryption::ClearLogin as usize]);
        (!sides.is_empty()).then_some(Self { protocol, label, sides, clear_logins })
    }

    /// Returns the failed connections and all connections of both directions.
    pub fn failed_of_all(&self) -> [u64; 2] {
        self.sides
            .iter()
            .fold([0; 2], |[failed, all], (_, sums)| [failed + sums.failed(), all + sums.total()])
    }

    /// Returns the host with most connections of a direction.
    pub fn top_peer<'s>(&self, opened: Opened, sources: &'s [SourceEvidence]) -> Option<&'s SourceEvidence> {
        let is_of = |one: &&SourceEvidence| {
            one.protocol == self.label && one.direction == opened && one.prefix.is_host()
        };
        sources.iter().filter(is_of).max_by_key(|one| one.count)
    }
}
