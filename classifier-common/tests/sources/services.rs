// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A skewed million of connections to other services, beside a scan of every port.

use classifier_common::{
    address::Address,
    evidence::{ConnectionOutcome, Finding, Observed, SERVICE_BUCKETS, SourceBucket, SourceKey},
    packet::Direction,
    protocol::Protocol,
};

use crate::{million::Numbers, truth::Counted};

const CPUS: usize = 2;
const SERVICES: u16 = 200;
const CONNECTIONS: usize = 1_000_000;

fn observed(port: u16, outcome: ConnectionOutcome) -> Observed {
    Observed::from(&Finding {
        peer: Address::v4([192, 0, 2, 1]),
        now: 1,
        direction: Direction::Ingress,
        protocol: Protocol::TCP_OTHER,
        outcome,
        port,
    })
}

/// Counts a million connections by Zipf's law to 200 ports, and a refused one to every port.
#[test]
fn two_hundred_services_are_exact_beside_a_scan() {
    let mut numbers = Numbers(0x5eed_0123_4567_89ab);
    let mut counted = Counted::of_services(CPUS);
    let bytes = counted.bytes();
    let mut exact = vec![0_u64; SERVICES.into()];
    let once = 0..u32::from(SERVICES);
    let skewed = (once.len()..CONNECTIONS).map(|_| None);
    for service in once.clone().map(Some).chain(skewed) {
        let service = service.unwrap_or_else(|| numbers.rank(SERVICES.into()));
        let port = 1024 + u16::try_from(service).unwrap() * 7;
        let cpu = usize::from(numbers.next() & 1 != 0);
        counted.note(cpu, &observed(port, ConnectionOutcome::Established));
        exact[service as usize] += 1;
    }
    let scanned = || 1..=u16::MAX;
    for port in scanned() {
        counted.note(usize::from(port & 1), &observed(port, ConnectionOutcome::Refused));
    }
    let services = (0..).zip(&exact).map(|(service, count)| {
        (SourceKey::service(&observed(1024 + service * 7, ConnectionOutcome::Established)), *count)
    });
    let scan = scanned().map(|port| (SourceKey::service(&observed(port, ConnectionOutcome::Refused)), 1));
    let listed = counted.check(services.clone().chain(scan)).unwrap_or_else(|wrong| panic!("{wrong}"));

    // Memory must not have grown since the first observation.
    assert_eq!(counted.bytes(), bytes);
    assert_eq!(bytes, CPUS * SERVICE_BUCKETS * size_of::<SourceBucket>());

    // Every service is listed with its exact count.
    for (key, count) in services.clone() {
        let service = listed.get(&key).unwrap_or_else(|| panic!("{key:?} is not listed"));
        assert_eq!((service.count, service.error), (count, 0), "{key:?}");
    }
    let bounds = counted.summary().unlisted();
    assert_eq!(bounds[ConnectionOutcome::Established as usize], 0);
    // Twice the scanned ports over the entries of an outcome.
    assert!(bounds[ConnectionOutcome::Refused as usize] < 200, "{bounds:?}");
    println!("{} services in {bytes} bytes, bounds {bounds:?}", services.count());
}
