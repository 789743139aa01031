// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Labels of fragments: which packets store one and which ask for one, under which key.

use std::cell::{Cell, RefCell};

use classifier_common::{
    classify::{Fragment, classify, fragment, walk, walk_packed},
    fixtures::{
        self, Fixture,
        layers::{CLIENT, Layer, ethernet, icmp, ipv4, ipv4_fragment, tcp},
    },
    fragment::FragmentKey,
    host::HostTables,
    label::Label,
    outcome::Outcome,
    packet::{Frame, Link},
    ports::{PortEntry, Transport},
    protocol::Protocol,
    tables::Tables,
    wire::number,
};

/// Tables that keep the last key that was noted, as the kernel's do, and store labels only while they have room.
struct Noting {
    tables: HostTables,
    noted: RefCell<Option<FragmentKey>>,
    has_room: Cell<bool>,
}

impl Noting {
    fn new() -> Self {
        Self { tables: fixtures::tables(), noted: RefCell::default(), has_room: Cell::new(true) }
    }
}

impl Tables for Noting {
    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.tables.port(transport, port)
    }

    fn note(&self, key: FragmentKey) {
        self.noted.replace(Some(key));
    }

    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        Tables::recall(&self.tables, key)
    }

    fn remember(&self, key: &FragmentKey, label: Label) -> bool {
        self.has_room.get() && Tables::remember(&self.tables, key, label)
    }
}

fn every_packet(mut check: impl FnMut(&Fixture, &[u8], Frame)) {
    for fixture in fixtures::all() {
        for step in &fixture.steps {
            for length in 0..=step.frame.len() {
                check(&fixture, &step.frame[..length], Frame::on_wire(fixture.link));
            }
        }
    }
}

#[test]
fn the_slow_path_notes_the_key_under_which_a_label_is_stored_or_asked_for() {
    let mut uses = [0_u32; 4];
    let tables = Noting::new();
    every_packet(|fixture, packet, frame| {
        let outcome = walk(packet, frame, &tables);
        let found = Fragment::of(&outcome);
        let noted = tables.noted.take();
        match found {
            Some(_) => assert_eq!(noted, fragment(packet, frame), "{}, {} bytes", fixture.name, packet.len()),
            None => assert_eq!(noted, None, "{}, {} bytes", fixture.name, packet.len()),
        }
        uses[found.map_or(3, |one| one as usize)] += 1;
    });
    assert!(uses.iter().all(|count| *count > 50), "{uses:?}");
}

#[test]
fn the_packed_outcome_of_the_slow_path_is_its_outcome() {
    let tables = fixtures::tables();
    every_packet(|fixture, packet, frame| {
        let (outcome, packed) = (walk(packet, frame, &tables), walk_packed(packet, frame, &tables));
        assert_eq!(Outcome::unpack(packed), outcome, "{}, {} bytes", fixture.name, packet.len());
        assert_eq!(Fragment::is_one(packed), Fragment::of(&outcome).is_some(), "{}", fixture.name);
    });
}

fn of(packet: &Layer, tables: &impl Tables) -> Outcome {
    classify(packet.bytes(), Frame::on_wire(Link::Ethernet), tables)
}

fn first() -> Layer {
    ipv4_fragment(7, 0, true, tcp(CLIENT, 25))
}

fn later() -> Layer {
    ipv4_fragment(7, 3, false, Layer::of(number::TCP, b"behind the headers"))
}

#[test]
fn a_first_fragment_is_unremembered_if_the_table_refuses_its_label() {
    let tables = Noting::new();
    for has_room in [false, true] {
        tables.has_room.set(has_room);
        let outcome = of(&ethernet(first()), &tables);
        assert_eq!((outcome.class, outcome.unremembered), (Protocol::SMTP.to_server(), !has_room));
        let expected = if has_room { Protocol::SMTP } else { Protocol::FRAGMENT };
        let outcome = of(&ethernet(later()), &tables);
        assert_eq!((outcome.class, outcome.unremembered), (expected.to_server(), false));
    }
}

#[test]
fn an_error_that_quotes_a_later_fragment_quotes_the_protocol_of_the_first() {
    let tables = fixtures::tables();
    let error = || ethernet(ipv4(icmp(11, 1, later().bytes())));
    let protocol = |outcome: Outcome| outcome.quoted.map(classifier_common::outcome::Quoted::protocol);
    let before = of(&error(), &tables);
    assert_eq!((before.class, protocol(before)), (Protocol::ICMP.to_server(), Some(Protocol::FRAGMENT)));
    of(&ethernet(first()), &tables);
    let after = of(&error(), &tables);
    assert_eq!((after.class, protocol(after)), (Protocol::ICMP.to_server(), Some(Protocol::SMTP)));
    assert_eq!(after.icmp, before.icmp);
}
