//! ICMP messages.

use classifier_common::family::Family;
use serde::{Serialize, Serializer};

use super::Peers;
use crate::evidence::Opened;

/// Messages of a type and code that went one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IcmpSeen {
    /// Received, or sent.
    pub direction: Opened,
    /// Of which family.
    #[serde(serialize_with = "label")]
    pub family: Family,
    /// The type; `None` for all that are unassigned.
    #[serde(rename = "type")]
    pub kind: Option<u8>,
    /// The code; `None` for all that have no name.
    pub code: Option<u8>,
    /// Name of the type.
    pub name: &'static str,
    /// How many.
    pub messages: u64,
    /// Who sent them, where that was kept: of redirects.
    pub senders: Peers,
}

impl IcmpSeen {
    /// What tells two of them apart, in the order in which they stand.
    #[must_use]
    pub fn key(&self) -> (Opened, bool, Option<u8>, Option<u8>) {
        (self.direction, matches!(self.family, Family::V6), self.kind, self.code)
    }
}

/// ICMP errors of a type about the packets of a protocol: who could have been told that its connections are rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorsSeen {
    /// Received, or sent: about what went the other way.
    pub direction: Opened,
    /// Label of the protocol that they quote.
    pub protocol: String,
    /// Of which family.
    #[serde(serialize_with = "label")]
    pub family: Family,
    /// Their type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Name of the type.
    pub name: &'static str,
    /// How many.
    pub messages: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it serializes so")]
fn label<S: Serializer>(family: &Family, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    })
}
