// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! As many names as interfaces, both more than can be counted. A search of each name among all interfaces, or the other way
//! round, would be four thousand million comparisons: these tests would not end.

use super::*;

const MANY: u32 = 1 << 16;
const COUNT: usize = 1 << 16;

fn name(number: u32) -> String {
    format!("veth{number}")
}

#[test]
fn each_of_many_names_finds_its_interface() {
    let patterns: Vec<_> = (MANY / 2..MANY + MANY / 2).map(|number| Pattern::Plain(name(number))).collect();
    let mut desired = DesiredState::new(patterns.clone(), TIMES);
    desired.list((0..MANY).map(|number| veth(number + 1, &name(number))));
    let now = Instant::now();
    let actions = desired.reconcile(now);
    assert_eq!(actions.attach.len(), COUNT / 2);
    for link in &actions.attach {
        desired.attached(link, now);
    }
    assert!(desired.reconcile(now).attach.is_empty());
    let wanted = desired.wanted();
    let attached = wanted.values().filter(|is_attached| **is_attached).count();
    assert_eq!((wanted.len(), attached), (COUNT, COUNT / 2));
    assert_eq!(desired.reasons().len(), COUNT / 2, "one for each name without an interface");
    assert!(desired.check(&patterns).is_err() && desired.check(&patterns[..patterns.len() / 2]).is_ok());
}

#[test]
fn names_of_many_interfaces_move_at_once() {
    let mut desired = DesiredState::new(Vec::new(), TIMES);
    desired.list((0..MANY).map(|number| veth(number + 1, &name(number))));
    let now = Instant::now();
    for link in desired.reconcile(now).attach {
        desired.attached(&link, now);
    }
    // No interface is wanted any longer, and each gets the name of the next.
    desired.want(vec![Pattern::Plain("other".into())]);
    assert_eq!(desired.reconcile(now).unwanted.len(), COUNT);
    desired.list((0..MANY).map(|number| veth(number + 1, &name(number + 1))));
    assert_eq!(desired.reconcile(now).renamed.len(), COUNT - 1, "the first name is nobody's");
}
