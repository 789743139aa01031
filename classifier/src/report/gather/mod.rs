//! From counters and maps to what was seen, whether they are pinned or a capture's.

mod errors;
mod hosts;
mod icmp;
mod losses;
mod packets;
mod services;
mod sessions;

use classifier_common::{
    control::{Tallies, Tally},
    counter::Counters,
    endpoint::{Evidence as Reason, Mode},
};

use self::packets::Both;
use super::traffic::{FtpSeen, Traffic};
use crate::{config::ProtocolNames, counters::InterfaceSnapshot, datapath::KnownPort, evidence::Evidence};

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Interfaces tell what they receive from what they send.
    Hooks,
    /// Both ways are one, as in a capture: whoever is dialled is taken for this host, whose FTP server dials itself in
    /// active mode.
    Wire,
}

/// What it is made of.
#[derive(Clone, Copy, Debug)]
pub struct Gathered<'a> {
    /// Which way packets go.
    pub origin: Origin,
    /// By interface, or by file.
    pub interfaces: &'a [InterfaceSnapshot],
    /// The configured protocols.
    pub names: &'a ProtocolNames,
    /// The ports that belong to a protocol.
    pub ports: &'a [KnownPort],
    /// Connections, and with whom.
    pub evidence: &'a Evidence,
    /// What the tracking of FTP says of itself.
    pub tallies: &'a Tallies,
    /// Packets on interfaces without counters.
    pub unattributed: u64,
}

impl Gathered<'_> {
    /// What was seen; where it is from stays to be said.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let counted = Both::of(self.interfaces);
        Traffic {
            origin: Vec::new(),
            interfaces: self.interfaces.iter().map(|one| one.name.clone()).collect(),
            sees_egress: self.interfaces.iter().any(|one| one.egress_counters.is_some()),
            services: services::of(self, &counted),
            icmp: icmp::of(&counted, self.evidence),
            errors: errors::of(&counted, self.names),
            sessions: sessions::of(&counted),
            ftp: self.ftp(&counted),
            others: packets::others(&counted),
            losses: losses::of(self, &counted),
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
