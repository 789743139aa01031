//! The object in the kernel: loaded, filled in, attached to interfaces, read.

use std::{cell::RefCell, fs::File, os::unix::fs::FileExt as _, path::Path, sync::Arc};

use aya::{
    EbpfLoader,
    maps::{HashMap, IterableMap as _, Map, MapData, MapError, PerCpuArray},
    programs::Program,
};
use aya_log::EbpfLogger;
use classifier_common::{
    abi::{
        self, Direction, MAP_COUNTERS, MAP_ENDPOINTS, MAP_FRAGMENTS, MAP_PORTS, MAP_PREFIXES, MAP_SESSIONS,
        MAP_SHADOW, MAP_SOURCES, MAP_UNATTRIBUTED, PROGRAM_SWEEP,
    },
    control::Tallies,
    counter::Counters,
    fragment::FragmentKey,
    packet::Link,
    ports::{PORTS, Transport},
    protocol::Protocol,
    shadow::PREFIXES,
};

use super::{
    Attached, DatapathError, Retained,
    attach::{self, Choice},
    batch,
    blocks::{Blocks, InterfaceBlock},
    messages::Messages,
    pins::{Folder, Layout, Own, Pinned},
    port_table::SharedPorts,
    programs::Programs,
    reader::Reader,
    shadow::SharedShadow,
    sources::{self, SourceMaps},
    tracking::{self, Tracking},
};
use crate::{
    config::{EvidenceSettings, FtpSettings, XdpMode},
    counters::{MapFill, ReadError, Snapshot},
    ftp,
    history::{Losses, Readings},
    interfaces::Interface,
    shadow::Compiled,
};

/// The kernel object, as it was built with this agent.
pub static OBJECT: &[u8] = aya::include_bytes_aligned!(env!("CLASSIFIER_OBJECT"));

/// Whether the kernel measures how long programs run.
const STATS: &str = "/proc/sys/kernel/bpf_stats_enabled";

/// The loaded object.
pub struct Datapath {
    pub(super) programs: Programs,
    pub(super) blocks: Blocks,
    ports: Arc<SharedPorts>,
    fragments: HashMap<MapData, FragmentKey, u32>,
    unattributed: PerCpuArray<MapData, u64>,
    sources: SourceMaps,
    shadow: SharedShadow,
    /// Drivers that [`XdpMode::Auto`] takes no native XDP of.
    avoided: Vec<String>,
    /// [`STATS`], where it can be read: asked at every scrape.
    stats: Option<File>,
    pub(super) pinned: Option<Pinned>,
    pub(super) own: Arc<Own>,
}

impl Datapath {
    /// Loads the maps and fills in the ports; programs follow when an interface needs them.
    ///
    /// `debug` compiles the programs' debug messages in: without it the loaded programs contain none.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the object or one of its maps.
    pub fn load(debug: bool, ftp: &FtpSettings) -> Result<(Self, Tracking), DatapathError> {
        Self::load_into(None, debug, ftp, &EvidenceSettings::default())
    }

    /// The same; with a pin folder, the maps outlive this process until [`detach`](super::detach), and are those of the
    /// agent before where they are of the same layout.
    ///
    /// # Errors
    ///
    /// As for [`Self::load`], and when the pin folder cannot be used: it is as before then.
    pub fn load_into(
        pin_dir: Option<&Path>,
        debug: bool,
        ftp: &FtpSettings,
        evidence: &EvidenceSettings,
    ) -> Result<(Self, Tracking), DatapathError> {
        let level = if debug { log::Level::Debug as u8 } else { 0 };
        let mut loader = EbpfLoader::new();
        let sets = tracking::sets(ftp.max_endpoints);
        let last_set = sets - 1;
        let source_sets = sources::sets(evidence.max_sources);
        let last_source_set = source_sets - 1;
        let layout = Layout::of_build(debug, sets, ftp.max_sessions, source_sets);
        let folder = pin_dir.map(Folder::open).transpose()?;
        let pinned = folder.map(|folder| Pinned::new(folder, layout)).transpose()?;
        for (name, path) in pinned.iter().flat_map(Pinned::maps) {
            loader.map_pin_path(name, path);
        }
        let loader = loader
            .override_global(aya_log::LEVEL, &level, true)
            .override_global(abi::GLOBAL_LAST_SET, &last_set, true)
            .override_global(abi::GLOBAL_LAST_SOURCE_SET, &last_source_set, true)
            .map_max_entries(MAP_SOURCES, source_sets)
            .map_max_entries(MAP_ENDPOINTS, sets)
            .map_max_entries(MAP_SESSIONS, ftp.max_sessions);
        let mut object = loader.load(OBJECT).map_err(DatapathError::object)?;
        let mut take = |name| object.take_map(name).ok_or(DatapathError::Missing(name));
        let (counters, ports) = (take(MAP_COUNTERS)?, take(MAP_PORTS)?);
        let (fragments, unattributed) = (take(MAP_FRAGMENTS)?, take(MAP_UNATTRIBUTED)?);
        let mut sources = SourceMaps::new(&mut take)?;
        if let Some(before) = pinned.as_ref().and_then(Pinned::sources_of_another_size) {
            sources.carry(before).map_err(|cause| DatapathError::map(MAP_SOURCES, cause))?;
        }
        let shadow = SharedShadow::new(take(MAP_SHADOW)?, take(MAP_PREFIXES)?)?;

        let Map::Array(ports) = ports else { return Err(DatapathError::Missing(MAP_PORTS)) };
        let ports = Arc::new(SharedPorts::map(ports)?);
        ports.write(&[]);
        let own = match &pinned {
            Some(pinned) => pinned.own()?,
            None => Own::unpinned().map_err(DatapathError::Mmap)?,
        };
        let own = Arc::new(own);
        let goes_on = pinned.as_ref().is_some_and(Pinned::tracking_goes_on);
        let tracking = Tracking::new(&mut take, Arc::clone(&ports), ftp, Arc::clone(&own), goes_on)?;
        pinned.iter().try_for_each(|pinned| pinned.complete(&own))?;
        let mut programs = Programs::new(object);
        programs.load(PROGRAM_SWEEP)?;
        let datapath = Self {
            programs,
            blocks: Blocks::new(counters, debug)?,
            ports,
            fragments: fragments.try_into().map_err(|e| DatapathError::map(MAP_FRAGMENTS, e))?,
            unattributed: unattributed.try_into().map_err(|e| DatapathError::map(MAP_UNATTRIBUTED, e))?,
            sources,
            shadow,
            avoided: Vec::new(),
            stats: File::open(STATS).ok(),
            pinned,
            own,
        };
        Ok((datapath, tracking))
    }

    /// With whom connections were.
    #[must_use]
    pub const fn sources(&self) -> &SourceMaps {
        &self.sources
    }

    /// Gives these ports to these protocols, and to no other any longer; what no entry names is as it is
    /// without a configuration.
    pub fn set_ports(&self, configured: &[(Transport, u16, Protocol)]) {
        self.ports.write(configured);
    }

    /// Has the programs that are attached from now on try a policy: this one, until another one is
    /// [written](Self::stage_policy) and [applied](Self::apply_policy).
    ///
    /// # Errors
    ///
    /// When the kernel has no room for it.
    pub fn try_policy(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        self.programs.try_policy();
        self.stage_policy(policy)?;
        self.apply_policy();
        Ok(())
    }

    /// Writes the next policy; the one before applies until it is [applied](Self::apply_policy), also after an error.
    ///
    /// # Errors
    ///
    /// When the kernel has no room for it.
    pub fn stage_policy(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        self.shadow.stage(policy)
    }

    /// The policy that was written last applies to packets that come from now on.
    pub fn apply_policy(&self) {
        self.shadow.apply();
    }

    /// From now on [`XdpMode::Auto`] sees no network card of these drivers through native XDP.
    pub fn avoid_native(&mut self, drivers: Vec<String>) {
        self.avoided = drivers;
    }

    /// Which way ingress is seen where it is left to the agent.
    pub(super) fn choice(&self, interface: &Interface) -> Choice {
        if !interface.is_physical() {
            Choice::Software
        } else if !self.avoided.is_empty()
            && let Some(driver) = interface.driver()
            && self.avoided.contains(&driver)
        {
            Choice::Avoided(driver)
        } else {
            Choice::Native
        }
    }

    /// Forgets every first fragment, as a program that has just been loaded.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read or change the map.
    pub fn forget_fragments(&mut self) -> Result<(), ReadError> {
        let refused = ReadError::map(MAP_FRAGMENTS);
        let keys = self.fragments.keys().collect::<Result<Vec<_>, _>>().map_err(&refused)?;
        keys.iter().try_for_each(|key| self.fragments.remove(key)).map_err(&refused)
    }

    /// Does what attaching these interfaces will need side by side, in place of one after the other: the programs that
    /// they are going to hang on are verified, each on a thread of its own, while their counters are created. What
    /// does not succeed here [`Self::attach`] will try again, and give the reason.
    pub fn prepare(&mut self, interfaces: &[Interface], mode: XdpMode, egress: bool) {
        let all_choices: Vec<_> = interfaces.iter().map(|interface| self.choice(interface)).collect();
        let programs = attach::programs(&all_choices, mode, egress);
        self.programs.load_beside(&programs, || self.blocks.prepare(interfaces));
    }

    /// Reads everything that a scrape shows.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map or to describe a program.
    pub fn snapshot<'i>(
        &self,
        attached: impl IntoIterator<Item = &'i Attached>,
        retained: impl IntoIterator<Item = &'i Retained>,
        ftp: ftp::Snapshot,
    ) -> Result<Snapshot, ReadError> {
        let attached: Vec<_> = attached.into_iter().collect();
        // Before the counters are read: what is over by now belongs to them. Where answers are not seen, silence says nothing.
        if attached.is_empty() || attached.iter().any(|one| one.sees_egress()) {
            self.programs.sweep().map_err(|cause| ReadError::Program { program: PROGRAM_SWEEP, cause })?;
        }
        let measured = self.stats.as_ref().is_some_and(is_on);
        let unattributed = self.unattributed.get(&0, 0).map_err(ReadError::map(MAP_UNATTRIBUTED))?;
        let mut reader = self.blocks.reader();
        let mut interfaces = Vec::new();
        for one in attached {
            interfaces.push(one.snapshot(&mut reader)?);
        }
        for one in retained {
            interfaces.push(one.snapshot(&mut reader)?);
        }
        Ok(Snapshot {
            interfaces,
            programs: self.programs.describe(measured)?,
            maps: self.fill(&ftp)?,
            unattributed: unattributed.iter().sum(),
            ftp,
            ..Snapshot::default()
        })
    }

    /// Reads what the history keeps of the counters; `ftp` and `overruns` are what others have counted.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map.
    pub fn readings<'i>(
        &self,
        attached: impl IntoIterator<Item = &'i Attached>,
        retained: impl IntoIterator<Item = &'i Retained>,
        ftp: &Tallies,
        overruns: u64,
    ) -> Result<Readings, ReadError> {
        let unattributed = self.unattributed.get(&0, 0).map_err(ReadError::map(MAP_UNATTRIBUTED))?;
        let mut reader = self.blocks.reader();
        let mut interfaces = Vec::new();
        for one in attached {
            interfaces.push(one.reading(&mut reader)?);
        }
        for one in retained {
            interfaces.push(one.reading(&mut reader)?);
        }
        Ok(Readings { interfaces, losses: Losses::of(unattributed.iter().sum(), ftp, overruns) })
    }

    fn fill(&self, ftp: &ftp::Snapshot) -> Result<Vec<MapFill>, ReadError> {
        // Mostly there are none, which the first key says in half the time that a batch takes to say it.
        let fragments = match self.fragments.keys().next() {
            None => Ok(0),
            Some(_) => batch::count::<FragmentKey, u32>(self.fragments.map()).map_err(MapError::IoError),
        };
        let fragments = fragments.map_err(ReadError::map(MAP_FRAGMENTS))?;
        let prefixes = MapFill::prefixes(self.shadow.len(), PREFIXES as u64);
        let mut fills = vec![
            MapFill::counters(self.blocks.len(), abi::INTERFACES as u64),
            MapFill::fragments(fragments, abi::FRAGMENTS as u64),
            MapFill::endpoints(ftp.endpoints.iter().flatten().sum(), ftp.capacity),
            MapFill::sessions(ftp.held_sessions(), ftp.sessions),
            MapFill::ports(self.ports.known(), 2 * PORTS as u64),
        ];
        fills.extend(self.programs.tries_policy().then_some(prefixes));
        Ok(fills)
    }

    /// Counters for an index that no attached interface has: what `BPF_PROG_TEST_RUN` counts into.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the map.
    pub fn counters_for(&mut self, index: u32, link: Link) -> Result<TestCounters, DatapathError> {
        let block = self.blocks.create("test", index, link)?;
        Ok(TestCounters { block, reader: self.blocks.reader().into() })
    }

    /// Loads the program of this name, and gives it.
    ///
    /// # Errors
    ///
    /// When the kernel refuses it, or there is none of this name.
    pub fn program(&mut self, name: &'static str) -> Result<&Program, DatapathError> {
        self.programs.load(name)?;
        self.programs.get(name).ok_or(DatapathError::Missing(name))
    }

    /// The reader of the programs' debug messages, which there are only if [`Self::load`] was told so.
    ///
    /// # Errors
    ///
    /// When the object has no log map, or it cannot be watched.
    pub fn messages(&mut self) -> Result<Messages, DatapathError> {
        let logger = EbpfLogger::init(self.programs.object()).map_err(DatapathError::Messages)?;
        Messages::watch(logger).map_err(DatapathError::Watch)
    }
}

/// Counters that tests and benchmarks read by themselves.
pub struct TestCounters {
    block: InterfaceBlock,
    reader: RefCell<Reader>,
}

impl TestCounters {
    /// From now on, frames begin with something else.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read or write the map.
    pub fn set_link(&mut self, link: Link) -> Result<(), DatapathError> {
        self.block.set_link(link)
    }

    /// The counters of a direction, summed over the CPUs.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn read(&self, direction: Direction) -> Result<Box<Counters>, ReadError> {
        let [ingress, egress] = self.read_both()?;
        Ok(match direction {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
        })
    }

    /// The counters of both directions, as a scrape reads them.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    pub fn read_both(&self) -> Result<[Box<Counters>; 2], ReadError> {
        self.block.read(&mut self.reader.borrow_mut()).map_err(ReadError::map(MAP_COUNTERS))
    }
}

fn is_on(setting: &File) -> bool {
    let mut value = [0];
    setting.read_at(&mut value, 0).is_ok_and(|length| length == 1 && value != *b"0")
}
