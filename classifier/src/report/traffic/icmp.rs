// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP messages.

use classifier_common::wire::Family;
use serde::{Serialize, Serializer};

use super::Peers;
use crate::evidence::Opened;

/// Messages of a type and code in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IcmpSeen {
    /// Direction of the messages.
    pub direction: Opened,
    /// Address family.
    #[serde(serialize_with = "label")]
    pub family: Family,
    /// Type; `None` for all unassigned ones.
    #[serde(rename = "type")]
    pub kind: Option<u8>,
    /// Code; `None` for all without a name.
    pub code: Option<u8>,
    /// Name of the type.
    pub name: &'static str,
    /// Number of messages.
    pub messages: u64,
    /// Senders, which are kept for redirects.
    pub senders: Peers,
}

impl IcmpSeen {
    /// Returns the key that identifies the entry, and by which entries are sorted.
    #[must_use]
    pub fn key(&self) -> (Opened, bool, Option<u8>, Option<u8>) {
        (self.direction, matches!(self.family, Family::V6), self.kind, self.code)
    }
}

/// ICMP errors of a type that quote packets of a protocol, and so may reject its connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorsSeen {
    /// Direction of the errors; the quoted packets went the other way.
    pub direction: Opened,
    /// Label of the quoted protocol.
    pub protocol: String,
    /// Address family.
    #[serde(serialize_with = "label")]
    pub family: Family,
    /// Type of the errors.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Name of the type.
    pub name: &'static str,
    /// Number of errors.
    pub messages: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it serializes so")]
fn label<S: Serializer>(family: &Family, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    })
}
