// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Frames that the harnesses refuse, over real interfaces.

use classifier::config::XdpMode;
use classifier_common::{
    abi::{Direction, PROGRAM_INGRESS},
    fixtures::{self, Counted, Fixture},
    packet::Link,
};
use testbed::{FrameSocket, Lab, Tun};

use crate::{
    harness::is_left_out,
    seen::{Seen, growth, total},
};

const MTU: u32 = 20_000;

fn counted(seen: &Seen, direction: Direction, send: impl FnOnce()) -> Option<(Counted, u64)> {
    let before = seen.counters(direction);
    send();
    let after = seen.once(direction, total(&before).packets + 1);
    let grown = growth(&before, &after);
    Some((Counted::of_one_packet(&grown)?, total(&grown).bytes))
}

/// Packet sockets and TAP devices accept no less than an Ethernet header.
fn is_sendable(fixture: &Fixture) -> bool {
    fixture.link == Link::Ethernet && fixture.steps.iter().all(|step| step.frame.len() >= 14)
}

/// The Ethernet fixtures that the skb harness refuses have the stated counts on TC ingress and egress of a
/// veth pair.
#[test]
fn what_the_harness_refuses_counts_the_same_on_a_veth_pair() {
    let lab = Lab::new();
    let (sender, receiver) = (lab.host("sender"), lab.host("receiver"));
    let (from, to) = lab.wire(&sender, &receiver, MTU);
    let mut outgoing = Seen::attach(&sender, &from.name, XdpMode::Off, true);
    let mut incoming = Seen::attach(&receiver, &to.name, XdpMode::Off, false);
    let socket = FrameSocket::open(&sender, &from);
    let all = fixtures::all();
    let refused = all.iter().filter(|one| one.link == Link::Ethernet && is_left_out(PROGRAM_INGRESS, one));
    let (sendable, too_short): (Vec<_>, Vec<_>) = refused.partition(|one| is_sendable(one));
    for fixture in &sendable {
        outgoing.clear_fragments();
        incoming.clear_fragments();
        for step in &fixture.steps {
            let expected = Some((step.expected, step.frame.len() as u64));
            let mut arrived = None;
            let sent = counted(&outgoing, Direction::Egress, || {
                arrived = counted(&incoming, Direction::Ingress, || socket.send(&step.frame).unwrap());
            });
            assert_eq!(sent, expected, "{}: TC egress", fixture.name);
            assert_eq!(arrived, expected, "{}: TC ingress", fixture.name);
        }
    }
    println!(
        "{} fixtures over a veth pair; {} under 14 bytes, which no interface takes",
        sendable.len(),
        too_short.len()
    );
    assert!(too_short.iter().all(|one| one.steps.iter().all(|step| step.frame.len() < 14)));
}

/// Every raw IP fixture has the stated counts on a TUN device, in both directions, by TC and by XDP.
#[test]
fn raw_ip_fixtures_count_what_they_say_on_a_tun_device() {
    let lab = Lab::new();
    for mode in [XdpMode::Off, XdpMode::Generic] {
        let host = lab.host("tun");
        let mut tun = Tun::raw_ip(&host, "tun0");
        let mut seen = Seen::attach(&host, "tun0", mode, true);
        let socket = FrameSocket::bound(&host, tun.index);
        let mut frames = 0;
        for fixture in fixtures::all().iter().filter(|one| one.link == Link::RawIp) {
            for direction in Direction::ALL {
                seen.clear_fragments();
                // No interface has a packet of no bytes.
                for step in fixture.steps.iter().filter(|step| !step.frame.is_empty()) {
                    let name = &fixture.name;
                    let result = counted(&seen, direction, || match direction {
                        Direction::Ingress => tun.receive(&[&[0, 0, 8, 0], &step.frame]).unwrap(),
                        Direction::Egress => socket.send(&step.frame).unwrap(),
                    });
                    let expected = Some((step.expected, step.frame.len() as u64));
                    assert_eq!(result, expected, "{name}: {direction:?} {}", seen.ingress_hook());
                    if direction == Direction::Egress {
                        let left = tun.sent().expect("it was sent");
                        assert_eq!(left[4..], step.frame, "{name} was changed");
                    }
                    frames += 1;
                }
            }
        }
        println!("tun, {}: {frames} frames", seen.ingress_hook());
        assert!(frames > 20);
    }
}

/// TC ingress pulls headers into the linear part wherever the driver has left them: here every byte after the
/// Ethernet header is in a fragment of the buffer.
#[test]
fn tc_reads_headers_that_are_not_in_the_linear_part() {
    let lab = Lab::new();
    let host = lab.host("tap");
    let mut tap = Tun::in_parts(&host, "tap0");
    let mut seen = Seen::attach(&host, "tap0", XdpMode::Off, false);
    let mut frames = 0;
    let whole = |one: &&Fixture| {
        one.link == Link::Ethernet && one.steps.iter().all(|step| (54..9000).contains(&step.frame.len()))
    };
    for fixture in fixtures::all().iter().filter(whole) {
        seen.clear_fragments();
        for step in &fixture.steps {
            let (head, rest) = step.frame.split_at(14);
            let received = counted(&seen, Direction::Ingress, || {
                let parts: Vec<_> = std::iter::once(head).chain(rest.chunks(1000)).collect();
                tap.receive(&parts).unwrap();
            });
            let expected = Some((step.expected, step.frame.len() as u64));
            assert_eq!(received, expected, "{}", fixture.name);
            frames += 1;
        }
    }
    println!("{frames} frames in parts");
    assert!(frames > 100);
}
