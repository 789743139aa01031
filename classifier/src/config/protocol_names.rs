//! The protocols that are configured beside the fixed ones.

use classifier_common::protocol::Protocol;

/// Characters of a name: each stands in every scrape.
pub(super) const NAME_MAX: usize = 64;

/// Names of the protocols that the configuration adds, in the order of their rows in the counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtocolNames(Vec<String>);

impl ProtocolNames {
    /// Every name with its protocol.
    pub fn iter(&self) -> impl Iterator<Item = (Protocol, &str)> {
        (0..).zip(&self.0).filter_map(|(nth, name)| Some((Protocol::configured(nth)?, name.as_str())))
    }

    /// Whether a protocol can have this name.
    pub(super) fn admits(name: &str) -> bool {
        let admitted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let letter_first = name.starts_with(|first: char| first.is_ascii_lowercase());
        letter_first && name.len() <= NAME_MAX && name.chars().all(admitted)
    }

    /// The protocol of this name.
    pub(crate) fn find(&self, name: &str) -> Option<Protocol> {
        self.iter().find(|(_, known)| *known == name).map(|(protocol, _)| protocol)
    }

    /// The protocol of this name, in the next free row if it is new; `None` where no row is left.
    pub(super) fn find_or_add(&mut self, name: &str) -> Option<Protocol> {
        if let Some(protocol) = self.find(name) {
            return Some(protocol);
        }
        let protocol = Protocol::configured(self.0.len())?;
        self.0.push(name.to_owned());
        Some(protocol)
    }

    /// The label of a protocol, fixed or of these names.
    #[must_use]
    pub fn label(&self, protocol: Protocol) -> &str {
        let fixed = Protocol::FIXED.iter().map(|(fixed, label, _)| (*fixed, *label));
        fixed.chain(self.iter()).find(|(known, _)| *known == protocol).map_or("", |(_, label)| label)
    }
}
