// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A reference of FTP: clients and servers that read whole lines, over a network that loses, repeats, reorders and cuts
//! segments. It is slow and obvious. The label of a packet follows from who opened its connection and why, and not
//! from what was seen of the announcement.

mod connection;
mod dialogue;
mod network;
mod strategy;

use classifier_common::{
    endpoint::Evidence,
    protocol::{Class, Protocol},
};

use self::dialogue::Exchange;
pub use self::{
    network::{Operation, run},
    strategy::{dialogues, operations},
};

/// Time between two packets, in nanoseconds: ten microseconds.
pub const PACE: u64 = 10_000;

/// A packet that passed the observer.
pub struct Seen {
    pub frame: Vec<u8>,
    /// Class of the packet; for FTP data also its evidence.
    pub class: Class,
    pub evidence: Option<Evidence>,
    /// Description of the packet, for people.
    pub what: String,
}

/// The reason for a connection, from which the labels of its packets follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A session, opened by the client.
    Control,
    /// A transfer to the server's port, opened by the client.
    Passive,
    /// A transfer to the client's port, opened by the server.
    Active,
    /// A connection from the server's port 20, to a port that is not announced.
    Port20,
    /// A connection to a port that is not announced, or no longer.
    Other,
}

impl Purpose {
    /// Returns the class of a packet from the end that opened the connection, or to it.
    const fn class(self, is_from_opener: bool) -> (Class, Option<Evidence>) {
        let announced = Some(Evidence::Announced);
        match (self, is_from_opener) {
            (Self::Control, true) => (Protocol::FTP_CONTROL.to_server(), None),
            (Self::Control, false) => (Protocol::FTP_CONTROL.from_server(), None),
            (Self::Passive, true) => (Protocol::FTP_DATA_PASSIVE.to_server(), announced),
            (Self::Passive, false) => (Protocol::FTP_DATA_PASSIVE.from_server(), announced),
            (Self::Active, true) => (Protocol::FTP_DATA_ACTIVE.from_server(), announced),
            (Self::Active, false) => (Protocol::FTP_DATA_ACTIVE.to_server(), announced),
            (Self::Port20, true) => (Protocol::FTP_DATA_ACTIVE.from_server(), Some(Evidence::Port20)),
            (Self::Port20, false) => (Protocol::FTP_DATA_ACTIVE.to_server(), Some(Evidence::Port20)),
            (Self::Other, _) => (Protocol::TCP_OTHER.to_server(), None),
        }
    }
}
