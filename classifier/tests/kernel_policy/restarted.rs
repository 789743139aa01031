// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The decisions of a policy continue over restarts of agents, with a policy and without.

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp, udp};
use testbed::{Agent, Pins};

use crate::scene::{BINARY, FAMILY, Scene, expected, once};

const BEFORE: &str = "default = 'drop'
    [[rule]]
    name = 'mail'
    action = 'accept'
    protocol = ['smtp']
    [[rule]]
    name = 'datagrams'
    action = 'drop'
    protocol = ['udp_other']\n";

/// The rules are reordered, and one is new.
const AFTER: &str = "default = 'drop'
    [[rule]]
    name = 'some'
    action = 'accept'
    protocol = ['udp_other']
    rate = '1/d'
    burst = 2
    [[rule]]
    name = 'datagrams'
    action = 'accept'
    protocol = ['udp_other']
    [[rule]]
    name = 'mail'
    action = 'accept'
    protocol = ['smtp']
    [[rule]]
    name = 'nobody'
    action = 'drop'
    from = ['203.0.113.0/24']\n";

fn send(scene: &Scene, count: usize) {
    let (mail, datagram) = (ethernet(ipv4(tcp(CLIENT, 25))), ethernet(ipv4(udp(CLIENT, 9))));
    for _ in 0..count {
        scene.socket.send(mail.bytes()).unwrap();
        scene.socket.send(datagram.bytes()).unwrap();
    }
}

#[test]
fn rules_keep_their_counts_whoever_comes_next() {
    let (scene, pins) = (Scene::new(BEFORE), Pins::new());
    let folder = pins.folder("classifier");
    for mode in ["off", "native"] {
        scene.write(BEFORE);
        let flags = ["--pin-dir", &folder, "--xdp-mode", mode];
        let agent = scene.evaluating(&flags);
        send(&scene, 10);
        assert_eq!(
            once(&agent, 20),
            expected(&[("mail", "accept", 10), ("datagrams", "drop", 10)]),
            "{mode}"
        );
        agent.kill();
        // The kernel continues by itself.
        send(&scene, 5);
        scene.write(AFTER);
        let agent = scene.evaluating(&flags);
        let counted = [("mail", "accept", 15), ("datagrams", "drop", 15)];
        assert_eq!(once(&agent, 30), expected(&counted), "{mode}");
        send(&scene, 10);
        let counted = [
            ("mail", "accept", 25),
            ("datagrams", "drop", 15),
            ("some", "accept", 2),
            ("datagrams", "accept", 8),
        ];
        assert_eq!(once(&agent, 50), expected(&counted), "{mode}");
        agent.leave();
        // Without a policy there are no decisions, and no series.
        let plain = scene.agent(&flags);
        send(&scene, 5);
        assert_eq!(once(&plain, 60), expected(&[]), "{mode}");
        assert_eq!(plain.metrics().of(FAMILY, &[]).count(), 0);
        plain.leave();
        let agent: Agent = scene.evaluating(&flags);
        send(&scene, 1);
        let counted = [
            ("mail", "accept", 26),
            ("datagrams", "drop", 15),
            ("some", "accept", 3),
            ("datagrams", "accept", 8),
        ];
        assert_eq!(once(&agent, 62), expected(&counted), "{mode}");
        agent.leave();
        let policy = scene.folder.join("policy.toml");
        let report = scene.receiver.run(BINARY, &["report", "--pin-dir", &folder, "--policy", &policy]);
        let line = |rule: &str| {
            report.lines().find(|line| line.starts_with(rule)).unwrap().split_whitespace().collect::<Vec<_>>()
        };
        assert_eq!(line("datagrams")[..3], ["datagrams", "8", "15"], "{report}");
        assert_eq!(line("mail")[..3], ["mail", "26", "0"], "{report}");
        assert!(report.contains("never matched: nobody"), "{report}");
        scene.receiver.run(BINARY, &["detach", "--pin-dir", &folder]);
    }
    assert_eq!(pins.list(), Vec::<String>::new());
}
