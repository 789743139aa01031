// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Agreement of the fast path and the slow path: on every fixture, whole, cut at every byte and with every byte of
//! its headers changed, and on segments with every port, flag and length that decides whether they are tracked.

use classifier_common::{
    classify::{by_slow_path, classify},
    fixtures::{
        self,
        layers::{CLIENT, PEER, ethernet, ipv4, ipv6, numbered},
    },
    host::HostTables,
    packet::{Frame, Link},
};

/// Returns whether the packet is tracked, and checks that both paths agree.
fn both_say(tables: &HostTables, link: Link, frame: &[u8], name: impl FnOnce() -> String) -> bool {
    let slow = by_slow_path(frame, Frame::on_wire(link), tables);
    let fast = classify(frame, Frame::on_wire(link), tables);
    if fast != slow {
        assert_eq!(fast, slow, "{}, {} bytes", name(), frame.len());
    }
    slow.tracked.is_some()
}

#[test]
fn both_paths_say_the_same_of_every_fixture() {
    let tables = fixtures::tables();
    for fixture in fixtures::all() {
        tables.clear_fragments();
        for step in &fixture.steps {
            for length in 0..=step.frame.len() {
                both_say(&tables, fixture.link, &step.frame[..length], || fixture.name.clone());
            }
        }
    }
}

/// Headers with every value that a field's bits can be, and frames that end amid them.
#[test]
fn both_paths_say_the_same_of_headers_with_a_changed_byte() {
    const CHANGES: [u8; 12] = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff, 0x0a, 0x33, 0x6c];
    let tables = fixtures::tables();
    let mut compared = 0_u32;
    for fixture in fixtures::all().iter().filter(|fixture| fixture.link == Link::Ethernet) {
        for step in &fixture.steps {
            for (at, change) in
                (12..step.frame.len().min(120)).flat_map(|at| CHANGES.map(|change| (at, change)))
            {
                let mut frame = step.frame.clone();
                frame[at] ^= change;
                let name = || format!("{}, byte {at} changed by {change:#x}", fixture.name);
                both_say(&tables, fixture.link, &frame, name);
                both_say(&tables, fixture.link, &frame[..frame.len().min(at + 20)], name);
                compared += 2;
            }
        }
    }
    assert!(compared > 500_000, "{compared}");
}

#[test]
fn both_paths_track_the_same_segments() {
    const PORTS: [u16; 9] = [20, 21, 25, 110, 143, 587, 601, CLIENT, PEER];
    let tables = fixtures::tables();
    let mut tracked = [0_u32; 2];
    for ports in PORTS.into_iter().flat_map(|from| PORTS.map(|to| (from, to))) {
        for (flags, length) in (0..32).flat_map(|flags| [0, 1, 600, 601].map(|length| (flags, length))) {
            let segment = || numbered(ports, flags, (1, 1), &vec![b'x'; length]);
            for frame in [ethernet(ipv4(segment())), ethernet(ipv6(segment()))] {
                let name = || format!("{ports:?}, flags {flags:#x}, payload of {length}");
                tracked[usize::from(both_say(&tables, Link::Ethernet, frame.bytes(), name))] += 1;
            }
        }
    }
    assert!(tracked.iter().all(|count| *count > 1000), "{tracked:?}");
}
