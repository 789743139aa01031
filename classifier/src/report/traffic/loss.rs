//! What the evidence has no detail of.

use serde::Serialize;

/// Packets that belong to no service of the port table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OtherTraffic {
    /// Label: `tcp_other`, `udp_other`, `ip_other`, …
    pub protocol: String,
    /// Packets received.
    pub received: u64,
    /// Packets sent.
    pub sent: u64,
}

/// Something that found no room, gave way or was not heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What, as the end of "so many …".
    pub what: String,
    /// How many.
    pub count: u64,
}
