//! Decisions of the desired state, event by event.

use std::time::Duration;

use classifier_common::packet::Link;

use super::*;

const TIMES: Times = Times {
    keep: Duration::from_mins(5),
    retry: Duration::from_secs(1),
    longest_retry: Duration::from_mins(1),
    look: Duration::from_secs(5),
};

fn device(index: u32, name: &str, kind: &str) -> Interface {
    Interface {
        index,
        name: name.into(),
        link: Some(Link::Ethernet),
        link_layer: "Ether".into(),
        kind: Some(kind.into()),
        ..Interface::default()
    }
}

fn veth(index: u32, name: &str) -> Interface {
    device(index, name, "veth")
}

/// A desired state with a clock. Its interfaces can be attached, except those that are named otherwise.
struct World {
    desired: DesiredState,
    now: Instant,
    refused: Vec<&'static str>,
}

impl World {
    fn new(patterns: Vec<Pattern>) -> Self {
        let now = Instant::now();
        Self { desired: DesiredState::new(patterns, TIMES), now, refused: Vec::new() }
    }

    fn plain(names: &[&str]) -> Self {
        Self::new(names.iter().map(|name| Pattern::Plain((*name).into())).collect())
    }

    fn present(&mut self, link: Interface) -> String {
        self.desired.change(Change::Present(link));
        self.done()
    }

    fn gone(&mut self, index: u32) -> String {
        self.desired.change(Change::Gone(index));
        self.done()
    }

    fn wait(&mut self, seconds: u64) -> String {
        self.now += Duration::from_secs(seconds);
        self.done()
    }

    /// Describes the due actions, and reports the results of attaching.
    fn done(&mut self) -> String {
        let actions = self.desired.reconcile(self.now);
        let mut words = Vec::new();
        words.extend(actions.gone.iter().map(|index| format!("gone {index}")));
        words.extend(actions.unwanted.iter().map(|index| format!("unwanted {index}")));
        words.extend(actions.renamed.iter().map(|renamed| format!("{} is {}", renamed.index, renamed.to)));
        words.extend(actions.forgotten.iter().map(|name| format!("forget {name}")));
        for link in &actions.attach {
            if self.refused.contains(&link.name.as_str()) {
                self.desired.refused(link, format!("{} refuses", link.name), self.now);
                words.push(format!("refused {}", link.name));
            } else {
                self.desired.attached(link, self.now);
                words.push(format!("attach {} {}", link.index, link.name));
            }
        }
        words.join(", ")
    }

    /// Returns the seconds until the next deadline.
    fn next(&self) -> Option<u64> {
        self.desired.deadline().map(|at| at.duration_since(self.now).as_secs())
    }
}

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
