// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Random changes of interfaces: in the end exactly the present ones are attached.

use testbed::{Samples, attached_in};

use crate::{
    library::inner_maps,
    node::{Node, assert_packets, attached, counted, packets, wait},
};

const NAMES: u64 = 12;
const CHANGES: usize = 400;

/// Creates random changes, many of which are impossible: a name that is taken, or that no interface has.
fn changes(random: &mut fastrand::Rng) -> String {
    let change = |_| {
        let [one, other] = [(); 2].map(|()| random.u64(..NAMES));
        match random.u8(..8) {
            0..3 => format!("link add lan{one} type veth peer name far{one}\nlink set lan{one} up\n"),
            3 => format!("link del lan{one}\n"),
            4 => format!("link set dev lan{one} name lan{other}\n"),
            5 => format!("link set dev lan{one} name wan{other}\nlink set dev wan{one} name lan{other}\n"),
            6 => format!("link set dev lan{one} master br0\n"),
            _ => format!("link set dev lan{one} nomaster\nlink set dev lan{other} down\n"),
        }
    };
    (0..CHANGES).map(change).collect()
}

#[test]
fn whatever_happens_in_whatever_order_the_end_is_what_there_is() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let node = Node::new();
    node.bridge("br0");
    let agent = node.agent(&["-i", "lan*"]);
    for _ in 0..4 {
        node.try_batch(&changes(&mut random));
        let there = node.names("lan");
        let places = |metrics: &Samples| metrics.sum("classifier_map_entries", &[("map", "counters")]);
        let metrics =
            wait(&agent, |metrics| attached(metrics) == there && places(metrics) == there.len() as u64);
        assert!(there.is_subset(&counted(&metrics)));
        assert_eq!(metrics.sum("classifier_unattributed_packets_total", &[]), 0);
        assert_eq!(attached_in(&node.0).len(), 2 * there.len(), "{there:?}");
        for name in &there {
            node.ip(&format!("link set dev {name} nomaster arp off multicast off up"));
            let before = packets(&agent.metrics(), name);
            // With one end up alone, a pair drops after the hook of egress.
            node.send(name, 3);
            assert_packets(&agent, name, [before[0], before[1] + 3]);
        }
        if let Some(program) = metrics.of("classifier_program_info", &[]).next() {
            let maps = inner_maps(program.label("id")).len();
            assert!(maps <= there.len() + 1, "{maps} maps for {} interfaces", there.len());
        }
    }
    agent.stop();
}
