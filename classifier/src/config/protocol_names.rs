//! The protocols that are configured beside the fixed ones.

use classifier_common::protocol::Protocol;

/// Names of the protocols that the configuration adds, in the order of their rows in the counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtocolNames(Vec<String>);

impl ProtocolNames {
    /// Every name with its protocol.
    pub fn iter(&self) -> impl Iterator<Item = (Protocol, &str)> {
        (0..).zip(&self.0).filter_map(|(nth, name)| Some((Protocol::configured(nth)?, name.as_str())))
    }

    /// The protocol of this name, in the next free row if it is new; `None` where no row is left.
    pub(super) fn find_or_add(&mut self, name: &str) -> Option<Protocol> {
        if let Some((protocol, _)) = self.iter().find(|(_, known)| *known == name) {
            return Some(protocol);
        }
        let protocol = Protocol::configured(self.0.len())?;
        self.0.push(name.to_owned());
        Some(protocol)
    }

    /// The label of a protocol, fixed or of these names.
    pub(super) fn label(&self, protocol: Protocol) -> &str {
        let fixed = Protocol::FIXED.iter().map(|(fixed, label, _)| (*fixed, *label));
        fixed.chain(self.iter()).find(|(known, _)| *known == protocol).map_or("", |(_, label)| label)
    }
}
