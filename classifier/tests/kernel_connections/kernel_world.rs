// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Two loaded programs, one for each hook, over the same maps, as the environment of a trace.

use std::time::Duration;

use aya::{
    TestRun as _, TestRunOptions,
    maps::{Array, Map, MapData, MapInfo, PerCpuArray, PerCpuValues},
    programs::Program,
};
use classifier::{
    config::{EvidenceSettings, FtpSettings},
    datapath::{Datapath, TestCounters, Tracking},
    snapshot::FtpSnapshot,
};
use classifier_common::{
    abi::{Direction, MAP_CONNECTIONS, MAP_SERVICES, MAP_WAITING, PROGRAM_EGRESS},
    connection::{BUCKETS, Connection, WAYS},
    counter::Counters,
    evidence::{SERVICE_BUCKETS, SourceBucket, Summary},
    fixtures::{CONFIGURED_PORTS, connection_traces::ConnTraceEnv},
    packet::Link,
};

use crate::first_part::first_part;

/// Interface of a test run: loopback of the network namespace.
const LOOPBACK: u32 = 1;

const BUCKET: usize = WAYS * size_of::<Connection>();

/// Offset in an entry of the times of its SYN, and of its last one.
const SINCE: usize = 40;
const SEEN: usize = 48;

/// The programs and their maps.
pub struct KernelWorld {
    datapath: Datapath,
    _tracking: Tracking,
    counters: TestCounters,
    before: [Box<Counters>; 2],
    ingress: &'static str,
    /// End of the first part of a frame, on ingress.
    part: Option<usize>,
}

impl KernelWorld {
    /// Loads this ingress program, with frames whose first part ends there, and the egress program.
    pub fn new(ingress: &'static str, part: Option<usize>) -> Self {
        let evidence = EvidenceSettings { udp: true, ..EvidenceSettings::default() };
        let (mut datapath, tracking) =
            Datapath::load_into(None, false, &FtpSettings::default(), &evidence).unwrap();
        datapath.set_ports(&CONFIGURED_PORTS);
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet).unwrap();
        let before = counters.read_both().unwrap();
        for name in [ingress, PROGRAM_EGRESS] {
            datapath.program(name).unwrap();
        }
        Self { datapath, _tracking: tracking, counters, before, ingress, part }
    }

    /// Clears all connections and their counters.
    pub fn forget(&mut self) {
        let mut buckets = self.buckets();
        for bucket in 0..u32::try_from(BUCKETS).unwrap() {
            buckets.set(bucket, [0; BUCKET], 0).unwrap();
        }
        let mut waiting = Array::<_, u64>::try_from(self.map(MAP_WAITING)).unwrap();
        waiting.set(0, 0, 0).unwrap();
        let mut services = PerCpuArray::<_, SourceBucket>::try_from(self.map(MAP_SERVICES)).unwrap();
        for number in 0..u32::try_from(SERVICE_BUCKETS).unwrap() {
            let empty = vec![SourceBucket::default(); aya::util::nr_cpus().unwrap()];
            services.set(number, PerCpuValues::try_from(empty).unwrap(), 0).unwrap();
        }
        self.before = self.counters.read_both().unwrap();
    }

    /// Returns the number of the map with this name.
    pub fn id(&mut self, wanted: &str) -> u32 {
        let program = self.datapath.program(self.ingress).unwrap();
        let ids = program.info().unwrap().map_ids().unwrap().unwrap();
        let named = |id: &u32| MapInfo::from_id(*id).unwrap().name_as_str() == Some(wanted);
        ids.into_iter().find(named).unwrap()
    }

    fn map(&mut self, wanted: &str) -> Map {
        Map::from_map_data(MapData::from_id(self.id(wanted)).unwrap()).unwrap()
    }

    fn buckets(&mut self) -> Array<MapData, [u8; BUCKET]> {
        Array::try_from(self.map(MAP_CONNECTIONS)).unwrap()
    }

    /// Ages every entry.
    fn age(&mut self, by: Duration) {
        let mut buckets = self.buckets();
        let nanoseconds = u64::try_from(by.as_nanos()).unwrap();
        for number in 0..u32::try_from(BUCKETS).unwrap() {
            let mut bucket = buckets.get(&number, 0).unwrap();
            if bucket.iter().all(|byte| *byte == 0) {
                continue;
            }
            for entry in bucket.chunks_exact_mut(size_of::<Connection>()) {
                let since = u64::from_ne_bytes(entry[SINCE..SINCE + 8].try_into().unwrap());
                entry[SINCE..SINCE + 8].copy_from_slice(&since.saturating_sub(nanoseconds).to_ne_bytes());
                let seen = u32::from_ne_bytes(entry[SEEN..SEEN + 4].try_into().unwrap());
                let units = u32::try_from(nanoseconds >> 20).unwrap();
                entry[SEEN..SEEN + 4].copy_from_slice(&seen.wrapping_sub(units).to_ne_bytes());
            }
            buckets.set(number, bucket, 0).unwrap();
        }
    }
}

impl ConnTraceEnv for KernelWorld {
    fn see(&mut self, frame: &[u8], direction: Direction) -> Result<(), String> {
        let name = if direction == Direction::Ingress { self.ingress } else { PROGRAM_EGRESS };
        let part = self.part.filter(|part| direction == Direction::Ingress && *part < frame.len());
        let context = part.map(first_part);
        let options =
            TestRunOptions { data_in: Some(frame), ctx_in: context.as_deref(), ..TestRunOptions::default() };
        let program = self.datapath.program(name).unwrap();
        let result = if let Program::Xdp(xdp) = program {
            xdp.test_run(options)
        } else {
            let Program::SchedClassifier(classifier) = program else { panic!("{program:?}") };
            classifier.test_run(options)
        };
        result.map(drop).map_err(|refused| format!("is refused: {refused:?}"))
    }

    fn wait(&mut self, seconds: u64) -> Result<(), String> {
        self.age(Duration::from_secs(seconds));
        // As at a scrape.
        self.datapath
            .snapshot([], [], FtpSnapshot::default())
            .map(drop)
            .map_err(|refused| refused.to_string())
    }

    fn counters(&self) -> [Box<Counters>; 2] {
        let now = self.counters.read_both().unwrap();
        let mut grown = now.clone();
        for ((grown, now), before) in grown.iter_mut().zip(now).zip(&self.before) {
            let mut now = now;
            let mut before = before.clone();
            let numbers = now.numbers_mut().zip(before.numbers_mut());
            for (grown, (now, before)) in grown.numbers_mut().zip(numbers) {
                *grown = *now - *before;
            }
        }
        grown
    }

    fn services(&self) -> Summary {
        self.datapath.sources().read().unwrap().services
    }
}
