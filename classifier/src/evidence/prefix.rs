//! Hosts and networks, as people write them.

use std::{
    fmt::{Display, Formatter},
    net::{AddrParseError, IpAddr},
    num::ParseIntError,
    str::FromStr,
};

use classifier_common::evidence::SourceKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A host or network: `192.0.2.7/32`, `2001:db8::/64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Prefix {
    /// Its first address.
    pub address: IpAddr,
    /// How many bits of it are the prefix.
    pub length: u8,
}

/// A text is no prefix.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PrefixError {
    /// There is no slash.
    #[error("has no `/`; write ADDRESS/LENGTH")]
    NoLength,
    /// What stands before it.
    #[error("{0}; write ADDRESS/LENGTH")]
    Address(#[from] AddrParseError),
    /// What stands behind it.
    #[error("{0}; write ADDRESS/LENGTH")]
    Length(#[from] ParseIntError),
    /// There are not so many bits.
    #[error("the length is more than the {0} bits of the address; write fewer")]
    TooLong(u8),
}

impl Prefix {
    /// Whether it is one host.
    #[must_use]
    pub const fn is_host(&self) -> bool {
        self.length == bits(&self.address)
    }
}

const fn bits(address: &IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl From<&SourceKey> for Prefix {
    fn from(key: &SourceKey) -> Self {
        let (address, length) = key.prefix();
        Self { address: address.into(), length }
    }
}

impl Display for Prefix {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.to_string()
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let (address, length) = text.split_once('/').ok_or(PrefixError::NoLength)?;
        let (address, length) = (address.parse()?, length.parse()?);
        let most = bits(&address);
        if length > most { Err(PrefixError::TooLong(most)) } else { Ok(Self { address, length }) }
    }
}

impl TryFrom<String> for Prefix {
    type Error = PrefixError;

    fn try_from(text: String) -> Result<Self, PrefixError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use classifier_common::{
        abi::Direction,
        endpoint::Address,
        evidence::{Observed, SourceKey},
    };

    use super::*;

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

    #[test]
    fn what_is_written_is_read_again_and_nothing_else() {
        for text in ["192.0.2.7/32", "0.0.0.0/0", "2001:db8::/64"] {
            assert_eq!(text.parse::<Prefix>().unwrap().to_string(), text);
        }
        for (text, part) in
            [("192.0.2.7", "no `/`"), ("a/1", "address"), ("::/x", "digit"), ("10.0.0.0/33", "32 bits")]
        {
            let error = text.parse::<Prefix>().unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("; write"), "{error}");
        }
    }
}
