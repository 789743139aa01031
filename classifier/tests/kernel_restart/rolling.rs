// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fifty hosts whose agents are restarted one by one, while packets cross all of them.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use testbed::{Agent, FrameSocket, Host, Lab, Pins, left_behind};

use crate::scene::{BINARY, assert_continues, counters};

const NODES: usize = 50;

struct Node {
    host: Host,
    here: testbed::End,
    socket: FrameSocket,
    sent: AtomicU64,
}

/// Ends the sending, after a panic too.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn fifty_agents_are_restarted_in_turn_and_no_count_is_lost() {
    let (lab, pins) = (Lab::new(), Pins::new());
    let sender = lab.host("sender");
    let nodes: Vec<Node> = (0..NODES)
        .map(|number| {
            let host = lab.host(&format!("node{number}"));
            let (here, there) = lab.wire(&host, &sender, 1500);
            let socket = FrameSocket::open(&sender, &there);
            Node { host, here, socket, sent: AtomicU64::new(0) }
        })
        .collect();
    let start = |number: usize| -> Agent {
        let folder = pins.folder(&format!("node{number}"));
        nodes[number].host.agent(BINARY, &["-i", &nodes[number].here.name, "--pin-dir", &folder])
    };
    let mut agents: Vec<_> = (0..NODES).map(start).collect();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                for node in &nodes {
                    node.socket.send(&[0; 60]).unwrap();
                    node.sent.fetch_add(1, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(2));
            }
        });
        let _end = End(&over);
        for number in 0..NODES {
            let before = counters(&agents[number].metrics());
            let agent = agents.remove(number);
            if number % 2 == 0 {
                agent.kill();
            } else {
                agent.leave();
            }
            agents.insert(number, start(number));
            assert_continues(&before, &counters(&agents[number].metrics()));
        }
    });
    for (node, agent) in nodes.iter().zip(&agents) {
        let sent = node.sent.load(Ordering::Relaxed);
        let counted = agent.metrics().sum("classifier_packets_total", &[("direction", "ingress")]);
        assert_eq!(counted, sent, "{}", node.here.name);
        assert!(sent > 1000, "{sent}");
    }
    agents.into_iter().for_each(Agent::leave);
    for (number, node) in nodes.iter().enumerate() {
        node.host.run(BINARY, &["detach", "--pin-dir", &pins.folder(&format!("node{number}"))]);
    }
    assert_eq!(pins.list(), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
}
