// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ports of the protocols.

use classifier_common::assigned_port::AssignedPort;

use crate::protocol_names::ProtocolNames;

/// Changes of a configuration to the port table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Protocols that the configuration adds.
    pub names: ProtocolNames,
    /// Ports with another protocol than by default, each once.
    pub changed: Vec<AssignedPort>,
}
