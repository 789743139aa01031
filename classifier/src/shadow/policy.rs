//! What a policy file means.

use std::path::Path;

use classifier_common::{
    abi::Direction,
    protocol::Role,
    shadow::{State, Verdict},
};

use super::{Prefix, file};
use crate::config::{FileError, ProtocolNames, Purpose, file::read_as};

/// A firewall policy: the first rule that matches decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What is done where none matches.
    pub default: Verdict,
    /// The rules, at most [`RULES`](classifier_common::shadow::RULES), each with a name of its own.
    pub rules: Vec<Rule>,
}

/// What packets it matches, and what it does with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it does.
    pub action: Verdict,
    /// Labels of the protocols that it matches; empty: all.
    pub protocols: Vec<String>,
    /// Which side has sent the packet.
    pub role: Option<Role>,
    /// Which way it goes.
    pub direction: Option<Direction>,
    /// Whom it comes from; empty: anybody.
    pub from: Vec<Prefix>,
    /// Whether it begins a TCP connection.
    pub state: Option<State>,
    /// Within which rate it matches.
    pub rate: Option<Rate>,
}

/// So many packets in so much time, as nft's `limit rate` counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Packets.
    pub packets: u32,
    /// Nanoseconds.
    pub per: u64,
    /// Packets that can come at once.
    pub burst: u32,
}

impl Policy {
    /// What a file says.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or anything in it is wrong; also where it names a protocol that is neither fixed nor among
    /// these.
    pub fn read(path: &Path, names: &ProtocolNames) -> Result<Self, FileError> {
        read_as(Purpose::Policy, path, |text| file::parse(text, names))
    }
}
