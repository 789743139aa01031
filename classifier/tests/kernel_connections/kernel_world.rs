//! Two loaded programs, one a hook, over the same maps, as the surroundings of a trace.

use std::time::Duration;

use aya::{
    TestRun as _, TestRunOptions,
    maps::{Array, Map, MapData, MapInfo},
    programs::Program,
};
use classifier::{
    config::FtpSettings,
    datapath::{Datapath, TestCounters, Tracking},
    ftp,
};
use classifier_common::{
    abi::{Direction, MAP_CONNECTIONS, MAP_WAITING, PROGRAM_EGRESS},
    connection::{Place, SETS, WAYS},
    counter::Counters,
    fixtures::connection_traces::World,
    packet::Link,
};

/// In a test run a frame comes from the loopback interface of the network namespace.
const LOOPBACK: u32 = 1;

const SET: usize = WAYS * size_of::<Place>();

/// Where a place keeps when its SYN was seen, and when the last of it.
const SINCE: usize = 40;
const SEEN: usize = 48;

/// The programs and their maps.
pub struct KernelWorld {
    datapath: Datapath,
    _tracking: Tracking,
    counters: TestCounters,
    before: [Box<Counters>; 2],
    ingress: &'static str,
}

impl KernelWorld {
    /// Loads the program of ingress of this name, and that of egress.
    pub fn new(ingress: &'static str) -> Self {
        let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet).unwrap();
        let before = counters.read_both().unwrap();
        for name in [ingress, PROGRAM_EGRESS] {
            datapath.program(name).unwrap();
        }
        Self { datapath, _tracking: tracking, counters, before, ingress }
    }

    /// Forgets all connections, and what was counted of them.
    pub fn forget(&mut self) {
        let mut sets = self.sets();
        for set in 0..u32::try_from(SETS).unwrap() {
            sets.set(set, [0; SET], 0).unwrap();
        }
        let mut waiting = Array::<_, u64>::try_from(self.map(MAP_WAITING)).unwrap();
        waiting.set(0, 0, 0).unwrap();
        self.before = self.counters.read_both().unwrap();
    }

    fn map(&mut self, wanted: &str) -> Map {
        let program = self.datapath.program(self.ingress).unwrap();
        let ids = program.info().unwrap().map_ids().unwrap().unwrap();
        let named = |id: &u32| MapInfo::from_id(*id).unwrap().name_as_str() == Some(wanted);
        let id = ids.into_iter().find(named).unwrap();
        Map::from_map_data(MapData::from_id(id).unwrap()).unwrap()
    }

    fn sets(&mut self) -> Array<MapData, [u8; SET]> {
        Array::try_from(self.map(MAP_CONNECTIONS)).unwrap()
    }

    /// Makes every place older.
    fn age(&mut self, by: Duration) {
        let mut sets = self.sets();
        let nanoseconds = u64::try_from(by.as_nanos()).unwrap();
        for number in 0..u32::try_from(SETS).unwrap() {
            let mut set = sets.get(&number, 0).unwrap();
            if set.iter().all(|byte| *byte == 0) {
                continue;
            }
            for place in set.chunks_exact_mut(size_of::<Place>()) {
                let since = u64::from_ne_bytes(place[SINCE..SINCE + 8].try_into().unwrap());
                place[SINCE..SINCE + 8].copy_from_slice(&since.saturating_sub(nanoseconds).to_ne_bytes());
                let seen = u32::from_ne_bytes(place[SEEN..SEEN + 4].try_into().unwrap());
                let units = u32::try_from(nanoseconds >> 20).unwrap();
                place[SEEN..SEEN + 4].copy_from_slice(&seen.wrapping_sub(units).to_ne_bytes());
            }
            sets.set(number, set, 0).unwrap();
        }
    }
}

impl World for KernelWorld {
    fn see(&mut self, frame: &[u8], direction: Direction) -> Result<(), String> {
        let name = if direction == Direction::Ingress { self.ingress } else { PROGRAM_EGRESS };
        let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
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
            .snapshot([], [], ftp::Snapshot::default())
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
}
