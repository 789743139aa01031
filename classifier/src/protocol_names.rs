// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names of the protocols that are configured in addition to the fixed ones.

use classifier_common::protocol::Protocol;

/// Most characters of a name: each appears in every scrape.
pub(crate) const NAME_MAX: usize = 64;

/// Names of the protocols that the configuration adds, in the order of their counter rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtocolNames(Vec<String>);

impl ProtocolNames {
    /// Iterates over the configured protocols with their names.
    pub fn configured(&self) -> impl Iterator<Item = (Protocol, &str)> {
        (0..).zip(&self.0).filter_map(|(nth, name)| Some((Protocol::configured(nth)?, name.as_str())))
    }

    /// Iterates over all protocols with their labels: the fixed ones, then the configured ones.
    pub fn all(&self) -> impl Iterator<Item = (Protocol, &str)> {
        let fixed = Protocol::fixed().map(|(protocol, label): (Protocol, &str)| (protocol, label));
        fixed.chain(self.configured())
    }

    /// Lists all protocols with their labels: those with a server, ICMP, the rest.
    #[must_use]
    pub fn servers_first(&self) -> Vec<(Protocol, &str)> {
        let mut all: Vec<_> = self.all().collect();
        let is_icmp = |protocol| [Protocol::ICMP, Protocol::ICMPV6].contains(&protocol);
        all.sort_by_key(|(protocol, _)| (!protocol.has_server(), !is_icmp(*protocol)));
        all
    }

    /// Tells whether a protocol can have this name.
    pub(crate) fn admits(name: &str) -> bool {
        let admitted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let letter_first = name.starts_with(|first: char| first.is_ascii_lowercase());
        letter_first && name.len() <= NAME_MAX && name.chars().all(admitted)
    }

    /// Finds the protocol with this label, fixed or configured.
    pub(crate) fn find(&self, label: &str) -> Option<Protocol> {
        self.all().find(|(_, known)| *known == label).map(|(protocol, _)| protocol)
    }

    /// Finds the protocol of this name, or adds it in the next free row; `None` if no row is left.
    pub(crate) fn find_or_add(&mut self, name: &str) -> Option<Protocol> {
        if let Some((protocol, _)) = self.configured().find(|(_, known)| *known == name) {
            return Some(protocol);
        }
        let protocol = Protocol::configured(self.0.len())?;
        self.0.push(name.to_owned());
        Some(protocol)
    }

    /// Returns the label of a protocol, fixed or configured; empty for a row without a name.
    #[must_use]
    pub fn label(&self, protocol: Protocol) -> &str {
        self.all().find(|(known, _)| *known == protocol).map_or("", |(_, label)| label)
    }
}
