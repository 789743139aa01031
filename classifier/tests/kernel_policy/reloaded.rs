// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Another policy under traffic: each packet sees either, and none is without a verdict.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp, udp};

use crate::scene::{Scene, expected, once, reload, until};

const TAKEN: &str = "configuration reloaded";
const REFUSED: &str = "configuration not reloaded";

/// Least privileges of an agent.
const HELD: [&str; 6] = ["--user", "nobody", "--capabilities", "none", "--sandbox", "required"];

const fn first() -> &'static str {
    "default = 'accept'
     [[rule]]
     name = 'a-udp'
     action = 'accept'
     protocol = ['udp_other']
     from = ['192.0.2.0/24']
     [[rule]]
     name = 'a-mail'
     action = 'drop'
     protocol = ['smtp']
     from = ['192.0.2.1', '0.0.0.0/0']\n"
}

const fn second() -> &'static str {
    "default = 'drop'
     [[rule]]
     name = 'b-mail'
     action = 'accept'
     protocol = ['smtp']
     from = ['192.0.0.0/16']
     [[rule]]
     name = 'b-udp'
     action = 'drop'
     protocol = ['udp_other']
     from = ['192.0.2.1/32']\n"
}

#[test]
fn a_packet_sees_one_policy_as_a_whole() {
    const RELOADS: usize = 40;
    let scene = Scene::new(first());
    let agent = scene.evaluating(&HELD);
    let (rounds, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let (mail, datagram) = (ethernet(ipv4(tcp(CLIENT, 25))), ethernet(ipv4(udp(CLIENT, 9))));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                scene.socket.send(mail.bytes()).unwrap();
                scene.socket.send(datagram.bytes()).unwrap();
                rounds.fetch_add(1, Ordering::Relaxed);
            }
        });
        for nth in 0..RELOADS {
            scene.write(if nth % 2 == 0 { second() } else { first() });
            reload(&agent, TAKEN);
        }
        ended.store(true, Ordering::Relaxed);
    });
    let rounds = rounds.load(Ordering::Relaxed);
    let decided = once(&agent, 2 * rounds);
    let of = |rule: &str, verdict: &str| {
        decided.get(&(rule.into(), format!("would_{verdict}"))).copied().unwrap_or(0)
    };
    println!("{rounds} packets of each kind, {RELOADS} reloads: {decided:?}");
    assert_eq!(of("a-udp", "accept") + of("b-udp", "drop"), rounds);
    assert_eq!(of("a-mail", "drop") + of("b-mail", "accept"), rounds);
    assert_eq!(decided.values().sum::<u64>(), 2 * rounds, "no packet is the default's");
    assert_eq!(decided.len(), 4, "both applied");
    agent.leave();
}

#[test]
fn a_policy_that_is_wrong_changes_nothing() {
    let scene = Scene::new(first());
    let agent = scene.evaluating(&HELD);
    let datagram = ethernet(ipv4(udp(CLIENT, 9)));
    scene.write("default = 'drop'\n[[rule]]\nname = 'a-udp'\naction = 'drop'\nfrom = ['nobody']\n");
    reload(&agent, REFUSED);
    until(&agent, "told where", || {
        agent.said().contains("policy.toml:5:9: `rule.from`: `nobody` is not an address")
    });
    assert_eq!(agent.metrics().sum("classifier_config_last_reload_successful", &[]), 0);
    (0..5).for_each(|_| scene.socket.send(datagram.bytes()).unwrap());
    assert_eq!(once(&agent, 5), expected(&[("a-udp", "accept", 5)]));
    scene.write(second());
    reload(&agent, TAKEN);
    (0..3).for_each(|_| scene.socket.send(datagram.bytes()).unwrap());
    assert_eq!(once(&agent, 8), expected(&[("a-udp", "accept", 5), ("b-udp", "drop", 3)]));
    agent.leave();
}
