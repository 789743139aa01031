//! More happens to interfaces than can be heard.

use classifier::hotplug::Times;

use crate::{
    library::{follow, until},
    node::Node,
};

#[test]
fn what_was_not_heard_is_listed_and_counted() {
    const PAIRS: usize = 20;
    let node = Node::new();
    // Room for some messages, and nobody listens meanwhile.
    follow(&node.0, "lan*", Times::default(), 8 << 10, async |live| {
        for number in 0..PAIRS {
            node.pair(&format!("lan{number}"));
        }
        node.ip("link del lan0");
        let all = until(&live, |snapshot| snapshot.interfaces.len() == PAIRS - 1).await;
        assert!(all.hotplug.overruns > 0);
        assert!(all.interfaces.iter().all(|one| one.ingress == "tcx"));
    });
}
