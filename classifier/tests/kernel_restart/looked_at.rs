// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pins that another process reads: the same data as the agent's, with and without it.

use classifier_common::abi::Direction;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use classifier::{
    datapath::{PinnedState, View, ViewError, view},
    metrics::{
        datapath::Datapath,
        exposition::{Exposition, Format},
    },
};
use testbed::{Agent, Samples, left_behind};

use crate::scene::{BINARY, Scene, counters};

/// Returns every packet counter of a look, by series, as a scrape writes it.
pub fn seen(look: &PinnedState) -> BTreeMap<String, f64> {
    let mut out = Exposition::new(Format::Text, 0);
    Datapath::new(&look.names).write(&mut out, &look.snapshot);
    counters(&Samples::parse(&out.finish()))
}

/// Returns the agent's values of the same families.
fn served(agent: &Agent, seen: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let name = |series: &String| series.split('{').next().unwrap().to_owned();
    let families: Vec<_> = seen.keys().map(name).collect();
    let mut served = counters(&agent.metrics());
    served.retain(|series, _| families.contains(&name(series)));
    served
}

/// Reads repeatedly until the flag is set, and asserts that no number decreases. Returns the number of reads.
pub fn watch(mut view: View, over: &Arc<AtomicBool>) -> JoinHandle<usize> {
    let over = Arc::clone(over);
    thread::spawn(move || {
        let mut before = BTreeMap::new();
        let mut looks = 0;
        while !over.load(Ordering::Relaxed) {
            let look = view.look().unwrap();
            assert_eq!(look.problems, Vec::<String>::new());
            let now = seen(&look);
            crate::scene::assert_continues(&before, &now);
            (before, looks) = (now, looks + 1);
            thread::sleep(Duration::from_millis(5));
        }
        looks
    })
}

#[test]
fn a_folder_shows_what_its_agent_serves_and_what_is_counted_without_one() {
    let scene = Scene::new();
    let folder = scene.folder();
    let folder = Path::new(&folder);
    assert!(matches!(view(folder), Err(ViewError::Nothing(path)) if path == folder));
    let configured = std::env::temp_dir().join(format!("classifier-looked-at-{}.toml", std::process::id()));
    std::fs::write(&configured, "[[port]]\nprotocol = \"discard\"\ntransport = \"udp\"\nports = [9]\n")
        .unwrap();
    let agent = scene.agent_with("native", &["-c", configured.to_str().unwrap()]);
    std::fs::remove_file(&configured).unwrap();

    scene.send(300).join().unwrap();
    let there = scene.pins.list();
    scene.pins.set_read_only(true);
    let mut view = view(folder).unwrap();
    let look = view.look().unwrap();
    scene.pins.set_read_only(false);
    assert_eq!(scene.pins.list(), there, "looking changes nothing");
    assert_eq!((look.process, look.problems.len()), (Some(agent.id()), 0), "{:?}", look.problems);
    assert_eq!(seen(&look), served(&agent, &seen(&look)));
    assert!(seen(&look).iter().any(|(series, value)| series.contains("discard") && *value > 99.5));
    let [interface] = &look.snapshot.interfaces[..] else { panic!("{:?}", look.snapshot.interfaces) };
    assert_eq!(
        (&interface.name[..], interface.ingress, interface.egress),
        (&scene.here.name[..], "xdp_native", "tcx")
    );
    let fills: Vec<_> =
        look.snapshot.maps.iter().map(|fill| (fill.map, fill.entries, fill.capacity)).collect();
    let of = |family, map| agent.metrics().sum(family, &[("map", map)]);
    for (map, entries, capacity) in fills {
        let served = (of("classifier_map_entries", map), of("classifier_map_capacity", map));
        assert_eq!((entries, capacity), served, "{map}");
    }

    agent.kill();
    scene.send(300).join().unwrap();
    let look = view.look().unwrap();
    assert_eq!(look.process, None);
    let all: u64 = look
        .snapshot
        .interfaces
        .iter()
        .filter_map(|one| one.side(Direction::Ingress))
        .flat_map(|one| one.classes)
        .map(|tally| tally.packets)
        .sum();
    assert_eq!(all, scene.counted.traffic(&scene.here.name).rx_packets);

    scene.detach();
    assert!(matches!(view.look(), Err(ViewError::Nothing(_))));
    assert_eq!(left_behind(), Vec::<String>::new());
    let agent = scene.agent_of(BINARY, "off");
    let look = view.look().unwrap();
    assert_eq!(look.snapshot.interfaces[0].ingress, "tcx");
    agent.leave();
    scene.detach();
}
