// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Memory, descriptors, maps, pins and series of the agent at a moment without sessions.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

use aya::maps::loaded_maps;
use testbed::{Agent, Pins, Sample, Samples};

/// Most growth of the agent's resident memory, in bytes.
const MEMORY: u64 = 8 << 20;

/// Most growth of the maps, in bytes: some allocate what they hold.
const KERNEL_MEMORY: u64 = 1 << 20;

/// Labels whose values change with every start or interface.
const PASSING: [&str; 5] = ["id", "ifindex", "index", "version", "le"];

/// Families about the process and the requests to it, not about what it counts.
const OWN: [&str; 2] = ["classifier_http_", "classifier_program_"];

/// Resources of an agent.
#[derive(Debug)]
pub struct Remains {
    memory: u64,
    descriptors: u64,
    /// Bytes of the maps by name.
    maps: BTreeMap<String, u64>,
    pins: BTreeSet<String>,
    series: BTreeSet<String>,
}

impl Remains {
    /// Waits until no session and no endpoint is left, and looks.
    pub fn of(agent: &Agent, pins: &Pins) -> Self {
        let samples = settled(agent);
        Self {
            memory: samples.sum("process_resident_memory_bytes", &[]),
            descriptors: samples.sum("process_open_fds", &[]),
            maps: maps(agent.id()),
            // The number of the generation rises with every change of layout.
            pins: pins.list().iter().map(|path| without_number(path)).collect(),
            series: samples.all().filter_map(series).collect(),
        }
    }

    /// Lists the resources of which there are more than `before`, or others.
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (what, was, is, growth) in [
            ("bytes of resident memory", before.memory, self.memory, MEMORY),
            ("bytes of maps", before.kernel_memory(), self.kernel_memory(), KERNEL_MEMORY),
            ("descriptors", before.descriptors, self.descriptors, 0),
        ] {
            if is > was + growth {
                lines.push(format!("{what}: {was}, then {is}"));
            }
        }
        if self.maps.keys().ne(before.maps.keys()) || !lines.is_empty() {
            lines.push(format!("maps: {:?}, then {:?}", before.maps, self.maps));
        }
        for (what, was, is) in [("pin", &before.pins, &self.pins), ("series", &before.series, &self.series)] {
            lines.extend(is.difference(was).map(|one| format!("{what} that was not there: {one}")));
            lines.extend(was.difference(is).map(|one| format!("{what} that is gone: {one}")));
        }
        lines
    }

    fn kernel_memory(&self) -> u64 {
        self.maps.values().sum()
    }

    /// Describes it in a row of a table.
    pub fn row(&self, when: &str) -> String {
        format!(
            "| {when} | {:.1} MiB | {} | {} | {:.1} MiB | {} | {} |",
            mib(self.memory),
            self.descriptors,
            self.maps.len(),
            mib(self.kernel_memory()),
            self.pins.len(),
            self.series.len()
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number to read")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn settled(agent: &Agent) -> Samples {
    let deadline = Instant::now() + Duration::from_mins(2);
    let families = ["classifier_ftp_data_endpoints", "classifier_ftp_sessions"];
    loop {
        let samples = agent.metrics();
        let left = families.map(|family| samples.sum(family, &[]));
        if left == [0, 0] {
            return samples;
        }
        assert!(Instant::now() < deadline, "{left:?} endpoints and sessions are left");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Returns the bytes of the maps that a process has open, by name and number among those of the name.
fn maps(process: u32) -> BTreeMap<String, u64> {
    let files = fs::read_dir(format!("/proc/{process}/fdinfo")).expect("it runs").filter_map(Result::ok);
    let texts = files.map(|file| fs::read_to_string(file.path()).unwrap_or_default());
    let value = |text: &str, key: &str| -> Option<u64> {
        text.lines().find_map(|line| line.strip_prefix(key))?.trim().parse().ok()
    };
    let of =
        |text: String| value(&text, "map_type:").and(value(&text, "map_id:").zip(value(&text, "memlock:")));
    let bytes: BTreeMap<_, _> = texts.filter_map(of).collect();
    let name = |id: u64| {
        let all = loaded_maps().filter_map(Result::ok);
        let map = all.into_iter().find(|map| u64::from(map.id()) == id)?;
        map.name_as_str().map(str::to_owned)
    };
    let mut named = BTreeMap::new();
    for (id, bytes) in bytes {
        let name = name(id).unwrap_or_default();
        let number = named.keys().filter(|other: &&String| other.split(' ').next() == Some(&name)).count();
        named.insert(format!("{name} {number}"), bytes);
    }
    named
}

fn without_number(path: &str) -> String {
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    path.split('/').map(|part| if is_number(part) { "#" } else { part }).collect::<Vec<_>>().join("/")
}

fn series(sample: &Sample) -> Option<String> {
    let is_own = OWN.iter().any(|prefix| sample.name.starts_with(prefix));
    let labels = sample.labels.iter().filter(|(name, _)| !PASSING.contains(&name.as_str()));
    (!is_own).then(|| format!("{} {:?}", sample.name, labels.collect::<Vec<_>>()))
}
