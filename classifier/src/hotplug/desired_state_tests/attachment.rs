// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces that come, go, refuse, or lose a hook: when they are attached, and when their counts are forgotten.

use super::*;

#[test]
fn what_appears_is_attached_and_what_left_is_kept_for_five_minutes() {
    let mut world = World::new(Vec::new());
    assert_eq!(world.present(veth(5, "veth5")), "attach 5 veth5");
    assert_eq!(world.present(veth(5, "veth5")), "", "a link that only changes stays as it is");
    assert_eq!(world.next(), None, "nothing ticks");
    assert_eq!(world.gone(5), "gone 5");
    assert_eq!(world.next(), Some(300));
    assert_eq!(world.wait(299), "");
    assert_eq!(world.wait(1), "forget veth5");
    assert_eq!(world.next(), None);
}

#[test]
fn what_returns_by_its_name_in_time_is_not_forgotten() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.gone(5);
    world.wait(299);
    assert_eq!(world.present(veth(9, "veth5")), "attach 9 veth5");
    assert_eq!(world.wait(1000), "");
}

#[test]
fn a_plain_name_is_waited_for() {
    let mut world = World::plain(&["eth0"]);
    assert_eq!(world.present(veth(2, "eth0")), "attach 2 eth0");
    assert_eq!((world.desired.reasons(), world.desired.wanted().len()), (Vec::new(), 1));
    world.gone(2);
    assert!(world.desired.reasons()[0].contains("`eth0` does not exist"), "{:?}", world.desired.reasons());
    assert_eq!(world.desired.wanted().len(), 1);
    let odd = Interface { link: None, link_layer: "Infiniband".into(), ..veth(3, "eth0") };
    assert_eq!(world.present(odd), "");
    assert!(world.desired.reasons()[0].contains("Infiniband"));
    world.gone(3);
    assert_eq!(world.present(veth(4, "eth0")), "attach 4 eth0");
    assert!(world.desired.reasons().is_empty());
}

#[test]
fn a_refusal_is_tried_again_for_ever_at_most_once_a_minute() {
    let mut world = World::new(Vec::new());
    world.refused = vec!["veth5"];
    assert_eq!(world.present(veth(5, "veth5")), "refused veth5");
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let pause = world.next().unwrap();
        assert_eq!(world.present(veth(5, "veth5")), "", "events do not make it sooner");
        assert_eq!(world.wait(pause), "refused veth5");
        pauses.push(pause);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(world.desired.reasons(), ["veth5 refuses"]);
    world.refused.clear();
    assert_eq!(world.wait(60), "attach 5 veth5");
    assert!(world.desired.reasons().is_empty());
}

#[test]
fn a_refused_one_that_left_is_no_reason_any_longer() {
    let mut world = World::new(Vec::new());
    world.refused = vec!["veth5"];
    world.present(veth(5, "veth5"));
    assert_eq!(world.gone(5), "");
    assert!(world.desired.reasons().is_empty());
    assert_eq!(world.wait(300), "forget veth5", "its failures are counted as long as that");
}

#[test]
fn a_lost_hook_is_taken_again_at_once_and_more_slowly_each_time() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.wait(60);
    let mut pauses = Vec::new();
    for _ in 0..4 {
        world.desired.lost(5, "veth5 has lost a program".into(), world.now);
        assert_eq!(world.desired.reasons(), ["veth5 has lost a program"]);
        let pause = world.next().unwrap();
        assert_eq!(world.wait(pause), "attach 5 veth5");
        pauses.push(pause);
    }
    assert_eq!(pauses, [0, 1, 2, 4]);
    assert_eq!(world.wait(299), "", "what was kept went on");
}

#[test]
fn what_was_kept_for_a_hook_that_stays_lost_is_kept_while_the_interface_is_there() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.refused = vec!["veth5"];
    world.desired.lost(5, "lost".into(), world.now);
    for _ in 0..20 {
        assert!(!world.wait(60).contains("forget"));
    }
    assert_eq!(world.gone(5), "");
    assert_eq!(world.wait(300), "forget veth5");
}

#[test]
fn members_of_a_bridge_are_counted_in_its_place() {
    let mut world = World::new(Vec::new());
    assert_eq!(world.present(device(4, "br0", "bridge")), "attach 4 br0");
    assert_eq!(world.present(veth(5, "veth5")), "attach 5 veth5");
    let member = Interface { master: Some(4), ..veth(5, "veth5") };
    assert_eq!(world.present(member), "unwanted 4");
    assert_eq!(world.present(veth(5, "veth5")), "attach 4 br0");
    let tagged = Interface { lower: Some(5), ..device(7, "veth5.7", "vlan") };
    assert_eq!(world.present(tagged), "");
    assert_eq!(world.gone(5), "gone 5, attach 7 veth5.7", "what is below is no longer in this namespace");
}

#[test]
fn a_list_after_an_overrun_says_what_was_missed() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.present(veth(6, "veth6"));
    world.desired.list([veth(6, "lan6"), veth(7, "veth7")]);
    assert_eq!(world.done(), "gone 5, 6 is lan6, attach 7 veth7");
}

#[test]
fn what_is_wanted_can_change_and_what_stays_is_not_touched() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.present(veth(6, "veth6"));
    world.desired.want(vec![Pattern::Plain("veth6".into())]);
    assert_eq!(world.done(), "unwanted 5");
    world.desired.want(Vec::new());
    assert_eq!(world.done(), "attach 5 veth5");
    world.desired.refit(6);
    assert_eq!(world.done(), "attach 6 veth6");
    assert_eq!(world.done(), "");
}
