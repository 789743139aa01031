// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP flows in the kernel: what they tell equals what the userspace build says of the same frames.

use std::ops::RangeInclusive;

use classifier_common::{
    abi::{Direction, PROGRAM_INGRESS, PROGRAM_XDP},
    classify::classify,
    connection::HookPoint,
    evidence::{ConnectionOutcome, HostSources, Observation, Observed, Source, SourceKey, Summary},
    fixtures::{
        self,
        connection_traces::ConnTraceEnv as _,
        layers::{ethernet, ipv4_with, ipv6_with, tag, udp},
    },
    host::HostFlows,
    packet::{Frame, Link},
    protocol::Protocol,
};
use fastrand::Rng;
use testbed::Lab;

use crate::kernel_world::KernelWorld;

const FRAMES: usize = 20_000;

/// Lengths of frames that the kernel surely takes for a test.
const TESTABLE: RangeInclusive<usize> = 54..=1514;

/// Ports of both ends: servers with system ports and without, known ones, and clients.
const PORTS: [u16; 10] = [53, 67, 68, 123, 514, 5353, 40_000, 40_001, 51_820, 60_000];

/// A frame of random shape between few ends.
fn frame(random: &mut Rng) -> Vec<u8> {
    let ports = [random.choice(PORTS).unwrap(), random.choice(PORTS).unwrap()];
    let datagram = udp(ports[0], ports[1]);
    let hosts = [random.u8(1..6), random.u8(1..6)];
    let packet = if random.bool() {
        let v6 = |host| [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host];
        ipv6_with(datagram, |header| (header.source, header.destination) = (v6(hosts[0]), v6(hosts[1])))
    } else {
        ipv4_with(datagram, |header| {
            (header.source, header.destination) = ([10, 0, 0, hosts[0]], [10, 0, 0, hosts[1]]);
        })
    };
    let packet = if random.u8(..4) == 0 { tag(0x8100, packet) } else { packet };
    ethernet(packet).into()
}

/// Returns the entries of UDP without their times, which are those of two clocks.
fn udp_services(summary: &Summary) -> Vec<(SourceKey, u64, u64)> {
    let of_udp = |one: &&Source| one.key.protocol() == Protocol::UDP_OTHER;
    let mut entries: Vec<_> =
        summary.sources().iter().filter(of_udp).map(|one| (one.key, one.count, one.error)).collect();
    entries.sort_unstable();
    entries
}

fn flows_are_those_of_user_space_with(ingress: &'static str) {
    let host = Lab::new().host("flows");
    let (kernel, user) = host.enter(|| {
        let mut world = KernelWorld::new(ingress, None);
        let mut tables = fixtures::tables();
        tables.follows_flows = true;
        let (flows, mut sources) = (HostFlows::default(), HostSources::default());
        let mut random = Rng::with_seed(11);
        let shapes = fixtures::all().into_iter().filter(|fixture| fixture.link == Link::Ethernet);
        let shapes: Vec<Vec<u8>> = shapes
            .flat_map(|fixture| fixture.steps)
            .map(|step| step.frame)
            .filter(|frame| TESTABLE.contains(&frame.len()))
            .collect();
        let random_ones: Vec<_> = (0..FRAMES).map(|_| frame(&mut random)).collect();
        for (now, frame) in (1..).zip(shapes.iter().chain(&random_ones)) {
            let direction = if random.bool() { Direction::Ingress } else { Direction::Egress };
            world.see(frame, direction).unwrap();
            let outcome = classify(frame, Frame::on_wire(Link::Ethernet), &tables);
            if let Some(finding) = flows.see(frame, &outcome, &HookPoint::hook(1, direction), now) {
                sources.note(&Observed::from(&finding));
            }
        }
        (udp_services(&world.services()), udp_services(&sources.services()))
    });
    assert_eq!(kernel, user);
    for direction in [Direction::Ingress, Direction::Egress] {
        for outcome in [ConnectionOutcome::Established, ConnectionOutcome::Unanswered] {
            let told = user.iter().filter(|(key, ..)| {
                key.direction() == direction && key.observation() == Some(Observation::Connection(outcome))
            });
            assert!(told.count() > 5, "{direction:?} {outcome:?}");
        }
    }
    assert!(user.iter().all(|(_, _, error)| *error == 0), "every port has an entry: {user:?}");
}

#[test]
fn flows_are_those_of_user_space_by_xdp() {
    flows_are_those_of_user_space_with(PROGRAM_XDP);
}

#[test]
fn flows_are_those_of_user_space_by_tc() {
    flows_are_those_of_user_space_with(PROGRAM_INGRESS);
}
