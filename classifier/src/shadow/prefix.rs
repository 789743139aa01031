//! Prefixes of source addresses.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use classifier_common::shadow::SourceKey;

/// The addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// The family: 4 or 6.
    family: u8,
    /// An IPv4 address in its first four bytes; every bit behind the prefix is 0.
    address: [u8; 16],
    length: u8,
}

impl Prefix {
    /// The first `length` bits of an address; `None` where that has fewer, or others are set.
    #[must_use]
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        let (family, bits, address) = match address {
            IpAddr::V4(address) => {
                let mut bytes = [0; 16];
                bytes[..4].copy_from_slice(&address.octets());
                (4, 32, bytes)
            }
            IpAddr::V6(address) => (6, 128, address.octets()),
        };
        let prefix = Self { family, address, length };
        (length <= bits && prefix.masked() == address).then_some(prefix)
    }

    /// The address with every bit behind the prefix at 0.
    fn masked(self) -> [u8; 16] {
        let bits = u128::from_be_bytes(self.address);
        let kept = u128::MAX.checked_shl(128 - u32::from(self.length)).unwrap_or(0);
        (bits & kept).to_be_bytes()
    }

    /// Whether every address of the other one is also this one's.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        let cut = Self { length: self.length, ..other };
        (self.family, self.address) == (other.family, cut.masked()) && self.length <= other.length
    }

    /// Its key among the prefixes of a generation.
    #[must_use]
    pub const fn key(self, generation: u8) -> SourceKey {
        SourceKey::new(generation, self.family, self.address, self.length)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.family, self.address.first_chunk()) {
            (4, Some(octets)) => write!(f, "{}/{}", Ipv4Addr::from(*octets), self.length),
            _ => write!(f, "{}/{}", Ipv6Addr::from(self.address), self.length),
        }
    }
}

impl FromStr for Prefix {
    type Err = String;

    /// An address, or one with the number of its bits that count; the error says what is wrong and what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let (address, length) =
            text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| {
            format!("`{text}` is no address; write one such as 192.0.2.0/24 or 2001:db8::/32")
        })?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(most), |length| {
            // Signs and zeros in front are numbers to the library alone.
            let plain =
                length.parse().ok().filter(|number: &u8| number.to_string() == length && *number <= most);
            plain.ok_or_else(|| {
                format!("`{length}` is no length of a prefix; write a number from 0 to {most}")
            })
        })?;
        Self::new(address, length).ok_or_else(|| {
            let family = if address.is_ipv4() { 4 } else { 6 };
            let bytes = match address {
                IpAddr::V4(address) => {
                    [&address.octets()[..], &[0; 12]].concat().try_into().unwrap_or_default()
                }
                IpAddr::V6(address) => address.octets(),
            };
            let meant = Self { family, address: bytes, length };
            let meant = Self { address: meant.masked(), ..meant };
            format!(
                "`{text}` has bits behind its first {length}; write {meant}, or {address} for the one address"
            )
        })
    }
}

#[cfg(test)]
mod tests {
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
            ("mail.example", "`mail.example` is no address; write one such as 192.0.2.0/24 or 2001:db8::/32"),
            ("192.0.2.0/33", "`33` is no length of a prefix; write a number from 0 to 32"),
            ("192.0.2.0/+8", "`+8` is no length of a prefix; write a number from 0 to 32"),
            ("::/129", "`129` is no length of a prefix; write a number from 0 to 128"),
            (
                "192.0.2.1/24",
                "`192.0.2.1/24` has bits behind its first 24; write 192.0.2.0/24, or 192.0.2.1 for the one address",
            ),
        ] {
            assert_eq!(text.parse::<Prefix>().unwrap_err(), complaint);
        }
    }
}
