//! Which ports belong to which protocol.

use classifier_common::{ports::Transport, protocol::Protocol};

use super::ProtocolNames;

/// What a configuration changes in the table of ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// The protocols that it adds.
    pub names: ProtocolNames,
    /// The ports that belong to another protocol than without a configuration, each once.
    pub changed: Vec<(Transport, u16, Protocol)>,
}
