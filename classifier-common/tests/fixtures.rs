// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Exactness of fixtures: each counts its expected values, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::identity,
};

use classifier_common::{
    classify::classify,
    counter::Counters,
    fixtures::{self, Counted},
    packet::Frame,
    segments::OnWire,
};

#[test]
fn every_fixture_counts_what_it_says() {
    let tables = fixtures::tables();
    let mut wrong = Vec::new();
    for fixture in fixtures::all() {
        tables.clear_fragments();
        for (number, step) in (1..).zip(&fixture.steps) {
            let bytes = step.frame.len() as u64;
            let outcome = classify(step.frame.as_slice(), Frame::on_wire(fixture.link), &tables);
            let mut counters = Counters::new(1, 0);
            counters.count(&outcome, OnWire { packets: 1, bytes }, identity);
            let counted = Counted::of_one_packet(&counters);
            if counted != Some(step.expected) {
                wrong.push(format!(
                    "{} ({number}):\n  want {:?}\n  have {counted:?}",
                    fixture.name, step.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_many_and_each_has_its_own_name() {
    let all = fixtures::all();
    let names: BTreeSet<_> = all.iter().map(|fixture| &fixture.name).collect();
    assert_eq!(names.len(), all.len());
    assert!(all.len() >= 110, "{}", all.len());
}

#[test]
fn no_two_fixtures_are_the_same_packets() {
    let mut seen = BTreeMap::new();
    let mut twins = Vec::new();
    for fixture in fixtures::all() {
        let frames: Vec<_> = fixture.steps.into_iter().map(|step| step.frame).collect();
        if let Some(other) = seen.insert((fixture.link as u32, frames), fixture.name.clone()) {
            twins.push(format!("{} / {other}", fixture.name));
        }
    }
    assert!(twins.is_empty(), "{}", twins.join("\n"));
}
