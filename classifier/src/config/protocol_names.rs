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
}
