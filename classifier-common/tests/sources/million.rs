// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A skewed stream of a million sources, through a table of the agent's default size.

use classifier_common::{
    address::Address,
    evidence::{ConnectionOutcome, Finding, Observed, SOURCE_BUCKETS, SOURCE_WAYS, SourceBucket, SourceKey},
    packet::Direction,
    protocol::Protocol,
};

use crate::truth::Counted;

const SOURCES: u32 = 1_000_000;
const CPUS: usize = 2;

/// Deterministic random numbers: Marsaglia's xorshift (2003).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a rank below `ranks` by Zipf's law with exponent 1: a share is proportional to the inverse of its
    /// rank.
    pub fn rank(&mut self, ranks: u32) -> u32 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are enough")]
        let part = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to a million")]
        let rank = f64::from(ranks).powf(part) as u32;
        rank.min(ranks) - 1
    }
}

/// Twenty bits of a source's place: slightly more than a million addresses.
const BITS: u32 = 20;

/// Scatters the sources over the networks, by rank.
fn place(rank: u32) -> u32 {
    rank.wrapping_mul(0x9e37_79b1) & ((1 << BITS) - 1)
}

/// Returns the address of a place. Every third network is IPv6; each has 256 hosts.
fn address(place: u32) -> Address {
    let [_, a, b, c] = place.to_be_bytes();
    if (place >> 8).is_multiple_of(3) {
        Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, a, b, 0, 0, 0, 0, 0, 0, 0, c])
    } else {
        Address::v4([10, a, b, c])
    }
}

fn finding(place: u32, now: u64) -> Observed {
    Observed::from(&Finding {
        peer: address(place),
        now,
        direction: Direction::Ingress,
        protocol: Protocol::SMTP,
        outcome: ConnectionOutcome::Refused,
        port: 25,
    })
}

/// Counts a million observations by Zipf's law, and each source once more, so that there are a million
/// sources.
#[test]
fn a_million_sources_are_within_the_stated_error_and_the_largest_are_listed() {
    let mut numbers = Numbers(0x5eed_0123_4567_89ab);
    let mut counted = Counted::new(CPUS, SOURCE_BUCKETS);
    let bytes = counted.bytes();
    let (mut hosts, mut networks) = (vec![0_u64; 1 << BITS], vec![0_u64; 1 << (BITS - 8)]);
    for once in 0..SOURCES {
        for place in [once, numbers.rank(SOURCES)].map(place) {
            let cpu = usize::from(numbers.next() & 1 != 0);
            counted.note(cpu, &finding(place, u64::from(once)));
            hosts[place as usize] += 1;
            networks[place as usize >> 8] += 1;
        }
    }
    assert_eq!(hosts.iter().filter(|count| **count > 0).count(), SOURCES as usize);
    let hosts = (0..).zip(hosts).filter(|(_, count)| *count > 0);
    let hosts = hosts.map(|(place, count)| (SourceKey::host(&finding(place, 0)), count));
    let networks =
        (0..).zip(networks).map(|(number, count)| (SourceKey::network(&finding(number << 8, 0)), count));
    let exact: Vec<_> = hosts.chain(networks).collect();
    let listed = counted.check(exact.iter().copied()).unwrap_or_else(|wrong| panic!("{wrong}"));

    // Memory must not have grown since the first observation.
    assert_eq!(counted.bytes(), bytes);
    assert_eq!(bytes, CPUS * SOURCE_BUCKETS * size_of::<SourceBucket>());
    assert!(listed.len() <= SOURCE_BUCKETS * SOURCE_WAYS);

    // The bound is useful: all sources above the bound of unlisted ones are listed, and there are many.
    let bound = counted.summary().unlisted()[ConnectionOutcome::Refused as usize];
    // Of two million observations.
    assert!(bound < 3000, "{bound}");
    let above: Vec<_> = exact.iter().filter(|(_, exact)| *exact > bound).collect();
    assert!(above.iter().all(|(key, _)| listed.contains_key(key)));
    assert!(above.len() > 40, "{} above {bound}", above.len());
    let error = listed.values().map(|source| source.error).max().unwrap();
    println!(
        "{} listed in {bytes} bytes, {} above {bound}, largest error {error}",
        listed.len(),
        above.len()
    );
}
