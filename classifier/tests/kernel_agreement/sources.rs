// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sources of ICMP redirects, in the kernel's maps and in userspace memory.

use crate::harness::Harness;
use classifier::{
    evidence::{Clock, Evidence},
    protocol_names::ProtocolNames,
    snapshot::SourceSums,
};
use classifier_common::{
    abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP},
    address::Address,
    evidence::{HostSources, Observation, Observed, Source, Summary},
    packet::Link,
};
use fastrand::Rng;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use testbed::Lab;

/// Builds a frame with an ICMP redirect (RFC 792; RFC 4861 §4.5) from this host.
fn redirect(sender: Address) -> Vec<u8> {
    let octets = sender.octets();
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    if sender.is_v4() {
        let header = |protocol, length, from: &[u8], to: &[u8]| {
            [&[0x45, 0, 0, length, 0, 0, 0, 0, 64, protocol, 0, 0], from, to].concat()
        };
        frame.extend([0x08, 0x00]);
        frame.extend(header(1, 56, &octets[12..], &[192, 0, 2, 1]));
        frame.extend([5, 1, 0, 0, 192, 0, 2, 254]);
        frame.extend(header(17, 28, &[192, 0, 2, 1], &[198, 51, 100, 7]));
        frame.extend([0x80, 0, 0, 53, 0, 8, 0, 0]);
    } else {
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 58, 255]);
        frame.extend(octets);
        frame.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        frame.extend([137, 0, 0, 0, 0, 0, 0, 0]);
        frame.extend([0xfe; 32]);
    }
    frame
}

/// Chooses among many hosts, few of which send most.
fn sender(random: &mut Rng) -> Address {
    let rank = 1_000_000_f64.powf(random.f64());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "up to a million")]
    let [_, a, b, c] = (rank as u32).wrapping_mul(0x9e37_79b1).to_be_bytes();
    if c % 3 == 0 {
        Address::v6([0xfe, 0x80, 0, 0, 0, 0, 0, a, 0, 0, 0, 0, 0, 0, b, c])
    } else {
        Address::v4([10, a, b, c])
    }
}

/// Returns the sources without times, which are those of two clocks.
fn listed(summary: &Summary) -> Vec<Source> {
    let mut sources: Vec<_> =
        summary.sources().iter().map(|source| Source { first: 0, last: 0, ..*source }).collect();
    sources.sort_unstable_by_key(|source| source.key);
    sources
}

/// On one CPU, with more sources than entries, the kernel's sets equal those of userspace, including every
/// overcount.
#[test]
fn sources_are_kept_in_the_kernel_as_in_user_space() {
    const FRAMES: u64 = 50_000;
    let lab = Lab::new();
    let host = lab.host("sources");
    let began = classifier::clock::now();
    let mut harness = host.enter(|| Harness::new(PROGRAM_XDP, Link::Ethernet));
    let (mut random, mut expected) = (Rng::with_seed(7), HostSources::default());
    host.enter(|| {
        let allowed = sched_getaffinity(None).unwrap();
        let mut one = CpuSet::new();
        one.set((0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)).unwrap());
        sched_setaffinity(None, &one).unwrap();
        for _ in 0..FRAMES {
            let sender = sender(&mut random);
            harness.show(&redirect(sender));
            expected.note(&Observed::redirect(sender, 0, Direction::Ingress));
        }
    });
    let SourceSums { summary: kernel, seen, .. } = harness.sources().read().unwrap();
    let user = expected.summary();
    assert_eq!(listed(&kernel), listed(&user));
    assert_eq!(kernel.unlisted(), user.unlisted());
    let [.., errors] = kernel.unlisted();
    assert!(errors > 0, "there was room for all of them");
    let ended = classifier::clock::now();
    for source in kernel.sources() {
        assert!(began < source.first && source.first <= source.last && source.last < ended, "{source:?}");
    }

    let number = |observation: Observation| {
        seen[usize::from(observation.number())].iter().map(|seen| seen.number).sum::<u64>()
    };
    assert_eq!(Observation::ALL.map(number), [0, 0, 0, 0, FRAMES]);
}

/// Every hook and family records the sender; the direction is the hook's.
#[test]
fn every_program_notes_who_sent_a_redirect() {
    let lab = Lab::new();
    let host = lab.host("redirects");
    for (program, direction) in
        [(PROGRAM_XDP, "inbound"), (PROGRAM_INGRESS, "inbound"), (PROGRAM_EGRESS, "outbound")]
    {
        let mut harness = host.enter(|| Harness::new(program, Link::Ethernet));
        let router = Address::v6([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
        host.enter(|| {
            harness.show(&redirect(Address::v4([192, 0, 2, 9])));
            harness.show(&redirect(router));
        });
        let sums = harness.sources().read().unwrap();
        let evidence = Evidence::of(&sums, &ProtocolNames::default(), Clock::now());
        let redirects: Vec<_> = evidence
            .redirects
            .iter()
            .map(|one| (one.direction.label(), one.protocol.as_str(), one.prefix.to_string(), one.count))
            .collect();
        let expected = [
            ("icmp", "192.0.2.0/24"),
            ("icmp", "192.0.2.9/32"),
            ("icmpv6", "fe80::/64"),
            ("icmpv6", "fe80::9/128"),
        ];
        assert_eq!(redirects, expected.map(|(protocol, prefix)| (direction, protocol, prefix.to_owned(), 1)));
        assert!(evidence.sources.is_empty() && evidence.seen.is_empty(), "{evidence:?}");
    }
}
