// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Prefixes of addresses: those of `ipnet`, with errors that say what to write.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use classifier_common::{dry_run, evidence};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A host or network: `192.0.2.7/32`, `2001:db8::/64`. Every bit after the prefix is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Prefix(IpNet);

impl Prefix {
    /// Creates a prefix from the first `length` bits of an address; `None` if it has fewer bits, or others
    /// are set.
    #[must_use]
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        IpNet::new(address, length).ok().filter(|prefix| *prefix == prefix.trunc()).map(Self)
    }

    /// Returns the first address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.0.addr()
    }

    /// Tells whether the prefix is one host.
    #[must_use]
    pub fn is_host(self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }

    /// Tells whether the prefix includes the other one.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Returns the key of the prefix in a generation of a policy.
    #[must_use]
    pub fn key(self, generation: u8) -> dry_run::PrefixKey {
        let (family, address) = match self.address() {
            IpAddr::V4(address) => (4, v4_first(address)),
            IpAddr::V6(address) => (6, address.octets()),
        };
        dry_run::PrefixKey::new(generation, family, address, self.0.prefix_len())
    }
}

/// Converts an IPv4 address to the first four of sixteen bytes.
fn v4_first(address: Ipv4Addr) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&address.octets());
    bytes
}

impl From<&evidence::SourceKey> for Prefix {
    fn from(key: &evidence::SourceKey) -> Self {
        let (address, length) = key.prefix();
        let address = IpAddr::from(address);
        Self(IpNet::new(address, length).unwrap_or_else(|_| address.into()).trunc())
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.to_string()
    }
}

impl FromStr for Prefix {
    type Err = String;

    /// Parses an address, or one with a prefix length; the error has cause and remedy.
    fn from_str(text: &str) -> Result<Self, String> {
        let (address, length) =
            text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| {
            format!("`{text}` is not an address; write one such as 192.0.2.0/24 or 2001:db8::/32")
        })?;
        let host = IpNet::from(address);
        let Some(length) = length else { return Ok(Self(host)) };
        // The library alone accepts signs and leading zeros.
        let plain = length.parse().ok().filter(|number: &u8| number.to_string() == length);
        let prefix = plain.and_then(|length| IpNet::new(address, length).ok()).ok_or_else(|| {
            let most = host.max_prefix_len();
            format!("`{length}` is not a prefix length; write a number from 0 to {most}")
        })?;
        let meant = prefix.trunc();
        if prefix == meant {
            return Ok(Self(prefix));
        }
        Err(format!(
            "`{text}` has bits behind its first {length}; write {meant}, or {address} for the one address"
        ))
    }
}

impl TryFrom<String> for Prefix {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use classifier_common::{
        abi::Direction,
        address::Address,
        evidence::{Observed, SourceKey},
    };

    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().expect("it is one")
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["0.0.0.0/0", "192.0.2.0/24", "192.0.2.1/32", "::/0", "2001:db8::/32", "::1/128"] {
            assert_eq!(prefix(text).to_string(), text);
        }
        assert_eq!(prefix("192.0.2.1").to_string(), "192.0.2.1/32");
        assert_eq!(prefix("2001:db8::1").to_string(), "2001:db8::1/128");
    }

    #[test]
    fn a_prefix_holds_what_begins_as_it_does_and_is_of_its_family() {
        let holds = |outer: &str, inner: &str| prefix(outer).holds(prefix(inner));
        assert!(holds("0.0.0.0/0", "192.0.2.1") && holds("192.0.2.0/24", "192.0.2.128/25"));
        assert!(holds("2001:db8::/32", "2001:db8:1::/48") && holds("::/0", "::/0"));
        assert!(!holds("192.0.2.0/24", "192.0.3.0/24") && !holds("192.0.2.128/25", "192.0.2.0/24"));
        assert!(!holds("::/0", "0.0.0.0/0") && !holds("0.0.0.0/0", "::/0"));
    }

    #[test]
    fn an_error_says_what_to_write() {
        for (text, complaint) in [
            (
                "mail.example",
                "`mail.example` is not an address; write one such as 192.0.2.0/24 or 2001:db8::/32",
            ),
            ("192.0.2.0/33", "`33` is not a prefix length; write a number from 0 to 32"),
            ("192.0.2.0/+8", "`+8` is not a prefix length; write a number from 0 to 32"),
            ("::/129", "`129` is not a prefix length; write a number from 0 to 128"),
            (
                "192.0.2.1/24",
                "`192.0.2.1/24` has bits behind its first 24; write 192.0.2.0/24, or 192.0.2.1 for the one address",
            ),
        ] {
            assert_eq!(text.parse::<Prefix>().unwrap_err(), complaint);
        }
    }

    #[test]
    fn a_host_and_its_network_are_written_in_their_family() {
        let keys = |peer| {
            let redirect = Observed::redirect(peer, 0, Direction::Ingress);
            [SourceKey::host(&redirect), SourceKey::network(&redirect)]
                .map(|key| Prefix::from(&key).to_string())
        };
        assert_eq!(keys(Address::v4([192, 0, 2, 7])), ["192.0.2.7/32", "192.0.2.0/24"]);
        let v6 = Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(keys(v6), ["2001:db8:0:1:203:405:607:809/128", "2001:db8:0:1::/64"]);
    }
}
