// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The reconciliation of interfaces by itself, with a test's own durations.

use classifier_common::abi::Direction;

use std::{
    collections::BTreeSet,
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use classifier::{
    config::{FtpSettings, Layer, Settings},
    datapath::Datapath,
    ftp::{FtpRuntime, Lifetimes},
    hotplug::{self, Live, Times},
    interfaces::{self, Watch},
    metrics::LearnTimes,
    snapshot::{Snapshot, SnapshotSource as _},
    supervisor::{Pauses, Supervisor, Task},
};
use testbed::Host;

/// Follows the interfaces of a host while `body` runs, on the same thread.
pub fn follow(
    host: &Host,
    pattern: &str,
    times: Times,
    room: usize,
    body: impl AsyncFnOnce(Arc<Live>) + Send,
) {
    let layer = Layer { interfaces: Some(vec![pattern.to_owned()]), ..Layer::default() };
    let settings = Settings::check(layer).unwrap();
    host.enter(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let watch = Watch::open(room).unwrap();
            let links = interfaces::list().await.unwrap();
            let (datapath, tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
            let lifetimes = Lifetimes::new(settings.ftp.endpoint_ttl);
            let learned = LearnTimes::new(tracking.shared_agent_counters()).unwrap();
            let ftp = Arc::new(Mutex::new(FtpRuntime::new(tracking, lifetimes, learned)));
            let live = Arc::new(Live::start(datapath, ftp, links, &settings, times).unwrap());
            let supervisor = Supervisor::new(Pauses::default());
            let (followed, mut first) = (Arc::clone(&live), Some(watch));
            supervisor.spawn(Task::Interfaces, move |running| {
                hotplug::follow(Arc::clone(&followed), first.take(), running)
            });
            body(live).await;
            assert_eq!(supervisor.reasons(), Vec::<String>::new());
            assert!(supervisor.restarts().all(|(_, restarts)| restarts == 0));
        });
    });
}

/// Waits until a snapshot meets the condition.
pub async fn until(live: &Live, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let snapshot = live.snapshot().unwrap();
        if is_so(&snapshot) {
            return snapshot;
        }
        assert!(Instant::now() < deadline, "{:?}", counts(&snapshot));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Lists name, ingress hook, and received packets.
pub fn counts(snapshot: &Snapshot) -> Vec<(&str, &str, u64)> {
    let mut counts = Vec::new();
    for one in &snapshot.interfaces {
        let counters = one.side(Direction::Ingress).unwrap();
        counts.push((&*one.name, one.ingress, counters.classes.iter().map(|tally| tally.packets).sum()));
    }
    counts
}

/// Lists the inner maps of a program's map of maps, by number, including those without another owner.
pub fn inner_maps(program: &str) -> BTreeSet<String> {
    let bpftool = |words: &[&str]| -> serde_json::Value {
        let json = testbed::run(Command::new("bpftool").arg("--json").args(words));
        serde_json::from_str(&json).unwrap()
    };
    let maps = bpftool(&["prog", "show", "id", program])["map_ids"].clone();
    let outer = maps.as_array().unwrap().iter().map(ToString::to_string);
    let mut outer = outer.filter(|id| bpftool(&["map", "show", "id", id])["type"] == "array_of_maps");
    let entries = bpftool(&["map", "dump", "id", &outer.next().unwrap()]);
    entries.as_array().unwrap().iter().map(|entry| entry["value"].to_string()).collect()
}
