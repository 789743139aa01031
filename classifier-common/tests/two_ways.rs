//! The short way and the general way say the same: of every fixture, whole and cut at every byte.

use classifier_common::{
    classify::{classify, walk},
    fixtures,
    packet::Frame,
};

#[test]
fn the_short_way_says_what_the_general_way_says() {
    let tables = fixtures::tables();
    for fixture in fixtures::all() {
        tables.forget_fragments();
        let on_wire = Frame::on_wire(fixture.link);
        for step in &fixture.steps {
            for length in 0..=step.frame.len() {
                let frame = &step.frame[..length];
                let general = walk(frame, on_wire, &tables);
                let mut short = classify(frame, on_wire, &tables);
                // A packet of a class that the tracking has no say in is led there by the general way alone.
                short.tracked = general.tracked;
                assert_eq!(short, general, "{}, {length} bytes", fixture.name);
            }
        }
    }
}
