// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names and indices that change, are exchanged, or are used again: counts belong to the name.

use super::*;

#[test]
fn one_that_is_replaced_between_two_looks_is_gone_before_the_other_is_attached() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.desired.change(Change::Gone(5));
    assert_eq!(world.present(veth(6, "veth5")), "gone 5, attach 6 veth5");
}

#[test]
fn renames_follow_as_long_as_the_name_is_wanted() {
    let mut world = World::new(vec![Pattern::Glob(glob::Pattern::new("veth*").unwrap())]);
    assert_eq!(world.present(veth(5, "veth5")), "attach 5 veth5");
    assert_eq!(world.present(veth(5, "vethA")), "5 is vethA");
    assert_eq!(world.present(veth(5, "lan0")), "unwanted 5");
    assert_eq!(world.present(veth(5, "vethA")), "attach 5 vethA");
    assert_eq!(world.present(veth(6, "veth6")), "attach 6 veth6");
    world.desired.change(Change::Gone(6));
    assert_eq!(world.present(veth(5, "veth6")), "gone 6, 5 is veth6");
    assert_eq!(world.wait(300), "", "what is kept of the first is the other's now");
}

#[test]
fn names_are_shifted_and_swapped_at_once() {
    let mut world = World::new(Vec::new());
    for index in 2..5 {
        world.present(veth(index, &format!("veth{index}")));
    }
    world.desired.list([veth(2, "veth3"), veth(3, "veth4"), veth(4, "veth2")]);
    assert_eq!(world.done(), "2 is veth3, 3 is veth4, 4 is veth2");
    world.desired.list([veth(2, "veth2"), veth(3, "veth3")]);
    assert_eq!(world.done(), "gone 4, 2 is veth2, 3 is veth3");
    assert_eq!(world.next(), None, "what was counted under the name of the one that left has an interface");
}

#[test]
fn names_are_swapped_through_one_that_is_not_wanted() {
    let mut world = World::plain(&["lan0", "lan1"]);
    world.present(veth(5, "lan0"));
    world.present(veth(6, "lan1"));
    assert_eq!(world.present(veth(5, "x")), "unwanted 5");
    assert_eq!(world.present(veth(6, "lan0")), "6 is lan0, 5 is x");
    assert_eq!(world.present(veth(5, "lan1")), "5 is lan1, attach 5 lan1");
    assert_eq!(world.next(), None, "nothing is kept under a name without an interface");

    // A repeated attempt is no exception.
    world.desired.lost(5, "lan1 has lost a program".into(), world.now);
    assert_eq!(world.present(veth(5, "x")), "");
    assert_eq!(world.present(veth(6, "lan1")), "6 is lan1, 5 is x");
    assert_eq!(world.present(veth(5, "lan0")), "5 is lan0, attach 5 lan0");
    assert_eq!(world.next(), None);
}

#[test]
fn counts_of_a_detached_interface_stay_under_its_name_until_another_has_it() {
    let mut world = World::plain(&["lan0", "lan1"]);
    world.present(veth(5, "lan0"));
    assert_eq!(world.present(veth(5, "x")), "unwanted 5");
    assert_eq!(world.wait(299), "");
    assert_eq!(world.present(veth(6, "lan0")), "5 is x, attach 6 lan0");
    assert_eq!(world.present(veth(5, "y")), "");
    assert_eq!(world.present(veth(7, "x")), "5 is y", "by one that is not wanted either");
    assert_eq!(world.wait(1), "forget y", "the time goes on");
    assert_eq!(world.present(veth(5, "lan1")), "attach 5 lan1");

    // After the interface has gone, the counts belong to the name; a reused index is another interface.
    assert_eq!(world.present(veth(5, "z")), "unwanted 5");
    world.desired.change(Change::Gone(5));
    assert_eq!(world.present(veth(5, "z")), "");
    assert_eq!(world.present(veth(8, "lan1")), "attach 8 lan1");
    assert_eq!(world.next(), None);
}

#[test]
fn what_an_agent_before_has_counted_follows_an_interface_of_that_index_and_name() {
    let mut world = World::plain(&["lan1"]);
    world.desired.list([veth(5, "lan0"), veth(6, "lan9")]);
    world.desired.keep(5, "lan0".into(), world.now);
    world.desired.keep(6, "lan6".into(), world.now);
    world.desired.list([veth(5, "lan1"), veth(6, "lan0")]);
    assert_eq!(world.done(), "5 is lan1, attach 5 lan1");
    assert_eq!(world.wait(300), "forget lan6");
}

#[test]
fn one_that_lost_its_program_keeps_its_counts_under_another_name() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.present(veth(6, "veth6"));
    world.desired.lost(6, "veth6 has lost a program".into(), world.now);
    world.desired.list([veth(5, "veth6"), veth(6, "veth5")]);
    assert_eq!(world.done(), "5 is veth6, 6 is veth5, attach 6 veth5");
    assert_eq!(world.next(), None);
}

#[test]
fn an_index_and_a_name_that_are_used_again_at_once_are_another_interface() {
    let mut world = World::new(Vec::new());
    world.present(veth(5, "veth5"));
    world.desired.change(Change::Gone(5));
    assert_eq!(world.present(veth(5, "veth5")), "gone 5, attach 5 veth5");
    world.desired.change(Change::Gone(5));
    assert_eq!(world.present(veth(5, "veth6")), "gone 5, attach 5 veth6");
    assert_eq!(world.present(veth(5, "veth6")), "");
    world.refused = vec!["veth7"];
    assert_eq!(world.present(veth(7, "veth7")), "refused veth7");
    world.desired.change(Change::Gone(7));
    assert_eq!(world.present(veth(7, "veth7")), "refused veth7", "at once: it is another one");
}
