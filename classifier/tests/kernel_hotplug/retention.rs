// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The lifetime of counters of absent interfaces, and changes of the selection without a gap.

use classifier_common::abi::Direction;

use std::{thread, time::Duration};

use crate::{
    library::{counts, follow, inner_maps, until},
    node::Node,
};
use classifier::{
    config::{Pattern, XdpMode},
    hotplug::{AttachOptions, Times},
    interfaces::ROOM,
    snapshot::SnapshotSource as _,
};

#[test]
fn what_left_is_dropped_after_its_time_and_its_maps_are_freed() {
    let node = Node::new();
    let times = Times { keep: Duration::from_secs(1), ..Times::default() };
    follow(&node.0, "lan*", times, ROOM, async |live| {
        node.pair("lan0");
        let snapshot = until(&live, |snapshot| snapshot.interfaces.len() == 1).await;
        let program = snapshot.programs[0].id.to_string();
        assert_eq!(inner_maps(&program).len(), 1);
        node.send("far-lan0", 50);
        node.ip("link del lan0");
        let last = until(&live, |snapshot| snapshot.interfaces[0].ingress == "none").await;
        assert_eq!(counts(&last), [("lan0", "none", 50)]);
        assert_eq!(last.maps[0].entries, 0);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(counts(&live.snapshot().unwrap()), [("lan0", "none", 50)]);
        until(&live, |snapshot| snapshot.interfaces.is_empty()).await;
        // The placeholder in its slot, and in that of any other absent one.
        assert_eq!(inner_maps(&program).len(), 1);

        node.pair("lan0");
        until(&live, |snapshot| snapshot.interfaces.len() == 1).await;
        node.send("far-lan0", 5);
        let again = until(&live, |_| true).await;
        assert_eq!(counts(&again)[0].2, 5, "it begins anew");
    });
}

/// Frames arrive on `lan0` all the time, from another thread.
#[test]
fn other_wishes_leave_no_gap_where_nothing_changes() {
    const ROUNDS: u64 = 50;
    let node = Node::new();
    node.pair("lan0");
    node.pair("lan1");
    let how = AttachOptions { mode: XdpMode::Auto, egress: true };
    let only = |name: &str| vec![Pattern::Plain(name.into())];
    follow(&node.0, "lan*", Times::default(), ROOM, async |live| {
        until(&live, |snapshot| snapshot.interfaces.len() == 2).await;
        node.send("far-lan1", 3);
        let other = node.0.clone();
        let sender = thread::spawn(move || {
            for _ in 0..ROUNDS {
                Node(other.clone()).send("far-lan0", 100);
            }
        });
        while !sender.is_finished() {
            live.set_wanted(only("lan0"), how);
            let last = until(&live, |snapshot| snapshot.interfaces[1].ingress == "none").await;
            assert_eq!(counts(&last)[1], ("lan1", "none", 3));
            let both = [only("lan0"), only("lan1")].concat();
            live.set_wanted(both, how);
            until(&live, |snapshot| snapshot.interfaces.iter().all(|one| one.ingress == "tcx")).await;
        }
        sender.join().unwrap();
        let last = until(&live, |_| true).await;
        assert_eq!(counts(&last), [("lan0", "tcx", ROUNDS * 100), ("lan1", "tcx", 3)]);

        // Another hook is attached, and the counts continue.
        live.set_wanted(only("lan0"), AttachOptions { mode: XdpMode::Native, egress: false });
        let last = until(&live, |snapshot| {
            snapshot.interfaces[0].ingress == "xdp_native" && snapshot.interfaces[1].ingress == "none"
        });
        let last = last.await;
        assert_eq!(counts(&last), [("lan0", "xdp_native", ROUNDS * 100), ("lan1", "none", 3)]);
        assert!(last.interfaces[0].side(Direction::Egress).is_none());
    });
}
