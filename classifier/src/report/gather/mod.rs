// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gathers the observed traffic from counters and maps, pinned ones or a capture's.

mod icmp;
mod other_services;
mod services;

use classifier_common::{
    abi::Direction,
    connection::{row, rows},
    control::{Tallies, Tally},
    counter::Counters,
    endpoint::{Evidence as Reason, Mode},
    protocol::{Class, Protocol},
};

use super::traffic::{FtpSeen, Loss, OtherTraffic, Sessions, SocketsSeen, Traffic};
use crate::{
    datapath::KnownPort, evidence::Evidence, protocol_names::ProtocolNames, snapshot::InterfaceSnapshot,
};

/// Source of the packets, and whether it separates directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Hooks of interfaces, which separate received from sent packets.
    Hooks,
    /// A capture, which does not separate directions. The server of a connection counts as this host; its FTP
    /// server opens data connections in active mode.
    Wire,
}

/// Data to gather traffic from.
#[derive(Clone, Copy, Debug)]
pub struct Gathered<'a> {
    /// Source of the packets.
    pub origin: Origin,
    /// Counters by interface, or by file.
    pub interfaces: &'a [InterfaceSnapshot],
    /// The configured protocols.
    pub names: &'a ProtocolNames,
    /// Ports that are assigned to a protocol.
    pub ports: &'a [KnownPort],
    /// Connections with their peers.
    pub evidence: &'a Evidence,
    /// Tallies of the FTP tracking.
    pub tallies: &'a Tallies,
    /// Packets on interfaces without counters.
    pub unattributed: u64,
}

impl Gathered<'_> {
    /// Gathers the traffic, without the name of its source, its time span and sockets.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let counted = Both::of(self.interfaces);
        Traffic {
            origin: Vec::new(),
            observed: None,
            sockets: SocketsSeen::default(),
            interfaces: self.interfaces.iter().map(|one| one.name.clone()).collect(),
            sees_egress: self.interfaces.iter().any(|one| one.side(Direction::Egress).is_some()),
            services: services::of(self, &counted),
            other_services: other_services::of(self),
            icmp: icmp::of(&counted, self.evidence),
            errors: icmp::errors(&counted, self.names),
            sessions: sessions(&counted, self.names),
            ftp: self.ftp(&counted),
            others: others(&counted),
            losses: losses(self, &counted),
        }
    }

    fn tally(&self, tally: Tally) -> u64 {
        self.tallies.get(tally as usize).copied().unwrap_or_default()
    }

    fn ftp(&self, counted: &Both) -> FtpSeen {
        let packets = |of: &Counters, mode: Mode, reason: Reason| {
            of.ftp_data
                .get(mode as usize)
                .and_then(|row| row.get(reason as usize))
                .copied()
                .unwrap_or_default()
        };
        let inferred =
            |of| Mode::ALL.into_iter().map(|mode| packets(of, mode, Reason::Inferred)).sum::<u64>();
        let port20 = |of| packets(of, Mode::Active, Reason::Port20);
        FtpSeen {
            bounce_attempts: self.tally(Tally::RejectedForeignAddress),
            address_mismatches: self.tally(Tally::AddressMismatch),
            encrypted_sessions: self.tally(Tally::SessionsEncrypted),
            inferred_packets: inferred(&counted.received) + inferred(&counted.sent),
            port20_packets: port20(&counted.received) + port20(&counted.sent),
        }
    }
}

/// Counters of received and sent packets.
struct Both {
    pub received: Box<Counters>,
    pub sent: Box<Counters>,
}

impl Both {
    fn of(interfaces: &[InterfaceSnapshot]) -> Self {
        let sum = |direction| {
            let mut sum = Box::new(Counters::new(0, 0));
            interfaces.iter().filter_map(|one| one.side(direction)).for_each(|counters| sum.merge(counters));
            sum
        };
        Self { received: sum(Direction::Ingress), sent: sum(Direction::Egress) }
    }
}

/// Sums the packets of a class.
fn of_class(counters: &Counters, class: Class) -> u64 {
    counters.classes.get(class.index()).map(|tally| tally.packets).unwrap_or_default()
}

/// Lists the packets of no service, without ICMP, which has its own counters.
fn others(counted: &Both) -> Vec<OtherTraffic> {
    let is_other = |protocol: Protocol| protocol != Protocol::ICMP && protocol != Protocol::ICMPV6;
    let rows = Protocol::fixed().filter(|(protocol, _)| !protocol.has_server() && is_other(*protocol));
    rows.map(|(protocol, label)| OtherTraffic {
        protocol: label.to_owned(),
        received: of_class(&counted.received, protocol.to_server()),
        sent: of_class(&counted.sent, protocol.to_server()),
    })
    .filter(|other| other.received + other.sent > 0)
    .collect()
}

/// Lists the sessions of every protocol that had some. They are counted in the direction of their connection.
fn sessions(counted: &Both, names: &ProtocolNames) -> Vec<Sessions> {
    let of = |counters: &Counters, row: usize| counters.sessions.get(row).copied().unwrap_or_default();
    let rows = rows().filter_map(|protocol| Some((protocol, row(protocol)?)));
    let sessions = rows.map(|(protocol, row)| {
        let (inbound, outbound) = (of(&counted.received, row), of(&counted.sent, row));
        let [upgraded, clear_login, neither] = inbound;
        let [out_upgraded, out_clear_login, out_neither] = outbound;
        Sessions {
            protocol: names.label(protocol).to_owned(),
            upgraded: upgraded + out_upgraded,
            clear_login: clear_login + out_clear_login,
            neither: neither + out_neither,
        }
    });
    sessions.filter(|sessions| sessions.total() > 0).collect()
}

/// Lists evictions, full tables and lost events.
fn losses(gathered: &Gathered<'_>, counted: &Both) -> Vec<Loss> {
    let of_both = |of: fn(&Counters) -> u64| of(&counted.received) + of(&counted.sent);
    let lost = [
        ("packets on interfaces without counters", gathered.unattributed),
        ("packets exceeded a limit of the parser", of_both(|counters| counters.limits.iter().sum())),
        ("first fragments were not stored", of_both(|counters| counters.unremembered)),
        (
            "handshakes were evicted before their outcome was known",
            of_both(|counters| counters.handshakes_evicted),
        ),
        (
            "sessions were evicted before their encryption was known",
            of_both(|counters| counters.sessions_evicted),
        ),
        ("connections were on interfaces that had disappeared", gathered.tally(Tally::ConnectionsLost)),
        ("FTP control segments were lost on the way to the agent", gathered.tally(Tally::SegmentsLost)),
        (
            "FTP control segments exceeded the rate limit of their source",
            gathered.tally(Tally::RejectedRateLimited),
        ),
        ("FTP sessions were not tracked, the table was full", gathered.tally(Tally::SessionsRefused)),
        ("FTP sessions were evicted", gathered.tally(Tally::SessionsEvicted)),
        ("FTP data ports were evicted", gathered.tally(Tally::RemovedEvicted)),
        ("FTP data ports were not stored", gathered.tally(Tally::Unplaced)),
    ];
    let real = lost.into_iter().filter(|(_, count)| *count > 0);
    real.map(|(what, count)| Loss { what: what.to_owned(), count }).collect()
}
