// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Loads the kernel object, and fills its maps.

use std::{fs::File, path::Path, sync::Arc, thread};

use aya::{
    EbpfLoader,
    maps::{Array, Map, MapData, PerCpuArray},
};
use classifier_common::{
    abi::{
        self, MAP_COUNTERS, MAP_DRY_RUN, MAP_ENCRYPTED, MAP_ENDPOINTS, MAP_FLOWS, MAP_FRAGMENTS, MAP_PORTS,
        MAP_PREFIXES, MAP_REMEMBERED, MAP_SESSIONS, MAP_SLOTS, MAP_SOURCES, MAP_UNATTRIBUTED, PROGRAM_SWEEP,
    },
    fragment::FirstFragment,
    table::recent,
};
use landlock::{AccessFs, Ruleset, RulesetAttr as _, RulesetCreated};

use super::{
    DatapathError,
    blocks::Blocks,
    encrypted::LeftPairs,
    pins::{AgentCounters, Folder, Layout, Pinned},
    policy::SharedPolicy,
    port_table::SharedPorts,
    programs::Programs,
    sources::{self, SourceMaps},
    tracking::{self, Tracking},
};
use crate::config::{EvidenceSettings, FtpSettings};

/// Setting by which the kernel measures the run times of programs.
const STATS: &str = "/proc/sys/kernel/bpf_stats_enabled";

/// Kernel object that was built with this agent.
pub static OBJECT: &[u8] = aya::include_bytes_aligned!(env!("CLASSIFIER_OBJECT"));

/// A bucket of first fragments, in words.
type FragmentBucket = [u64; recent::WAYS * size_of::<FirstFragment>() / size_of::<u64>()];

/// Buckets of UDP flows, if they are followed.
#[expect(clippy::cast_possible_truncation, reason = "there are 2048")]
const FLOW_BUCKETS: u32 = abi::FLOW_BUCKETS as u32;

/// A bucket without first fragments.
pub(super) const FREE: FragmentBucket = [0; _];

/// The loaded object: its programs and maps.
pub struct Datapath {
    pub(super) programs: Programs,
    pub(super) blocks: Blocks,
    pub(super) ports: Arc<SharedPorts>,
    pub(super) fragments: Array<MapData, FragmentBucket>,
    pub(super) remembered: Array<MapData, u64>,
    pub(super) unattributed: PerCpuArray<MapData, u64>,
    sources: SourceMaps,
    pub(super) policy: SharedPolicy,
    /// Drivers of which [`XdpMode::Auto`](crate::config::XdpMode::Auto) uses no native XDP.
    pub(super) avoided: Vec<String>,
    /// [`STATS`], if it can be opened; read at every scrape.
    pub(super) stats: Option<File>,
    pub(super) pinned: Option<Pinned>,
    pub(super) agent_counters: Arc<AgentCounters>,
    continues: bool,
    pub(super) left: LeftPairs,
}

impl Datapath {
    /// Loads the maps and writes the ports; programs are loaded when an interface needs them.
    ///
    /// `debug` compiles the programs' debug messages in; without it the loaded programs contain none.
    ///
    /// # Errors
    ///
    /// When the kernel refuses the object or one of its maps.
    pub fn load(debug: bool, ftp: &FtpSettings) -> Result<(Self, Tracking), DatapathError> {
        Self::load_into(None, debug, ftp, &EvidenceSettings::default())
    }

    /// Loads the maps, and pins them in a pin directory, where they outlive this process until
    /// [`detach`](super::detach). Pinned maps of a previous agent are used again if they have the same
    /// layout.
    ///
    /// # Errors
    ///
    /// As for [`Self::load`], and when the pin directory cannot be used, which is then unchanged.
    pub fn load_into(
        pin_dir: Option<&Path>,
        debug: bool,
        ftp: &FtpSettings,
        evidence: &EvidenceSettings,
    ) -> Result<(Self, Tracking), DatapathError> {
        let level = if debug { log::Level::Debug as u8 } else { 0 };
        let mut loader = loader();
        let buckets = tracking::buckets(ftp.max_endpoints);
        let last_bucket = buckets - 1;
        let source_sets = sources::sets(evidence.max_sources);
        let last_source_set = source_sets - 1;
        let (follows_flows, flow_buckets) = if evidence.udp { (1_u32, FLOW_BUCKETS) } else { (0, 1) };
        let layout = Layout::of_build(debug, buckets, ftp.max_sessions, source_sets);
        let folder = pin_dir.map(Folder::open).transpose()?;
        let pinned = folder.map(|folder| Pinned::new(folder, layout)).transpose()?;
        for (name, path) in pinned.iter().flat_map(Pinned::maps) {
            loader.map_pin_path(name, path);
        }
        let loader = loader
            .override_global(aya_log::LEVEL, &level, true)
            .override_global(abi::GLOBAL_LAST_BUCKET, &last_bucket, true)
            .override_global(abi::GLOBAL_LAST_SOURCE_BUCKET, &last_source_set, true)
            .override_global(abi::GLOBAL_FOLLOWS_FLOWS, &follows_flows, true)
            .map_max_entries(MAP_SOURCES, source_sets)
            .map_max_entries(MAP_FLOWS, flow_buckets)
            .map_max_entries(MAP_ENDPOINTS, buckets)
            .map_max_entries(MAP_SESSIONS, ftp.max_sessions)
            .map_max_entries(MAP_ENCRYPTED, ftp.max_sessions);
        let mut object = loader.load(OBJECT).map_err(DatapathError::object)?;
        let mut take = |name| object.take_map(name).ok_or(DatapathError::Missing(name));
        let (counters, slots, ports) = (take(MAP_COUNTERS)?, take(MAP_SLOTS)?, take(MAP_PORTS)?);
        let (fragments, remembered) = (take(MAP_FRAGMENTS)?, take(MAP_REMEMBERED)?);
        let unattributed = take(MAP_UNATTRIBUTED)?;
        let mut sources = SourceMaps::new(&mut take)?;
        if let Some(before) = pinned.as_ref().and_then(Pinned::sources_of_another_size) {
            sources.carry(before).map_err(|cause| DatapathError::map(MAP_SOURCES, cause))?;
        }
        let policy = SharedPolicy::new(take(MAP_DRY_RUN)?, take(MAP_PREFIXES)?)?;

        let Map::Array(ports) = ports else { return Err(DatapathError::Missing(MAP_PORTS)) };
        let ports = Arc::new(SharedPorts::map(ports)?);
        let continues = pinned.as_ref().is_some_and(Pinned::tracking_continues);
        // Pinned programs use the settings that a previous agent has written.
        if !continues {
            ports.write(&[]);
        }
        let agent_counters = match &pinned {
            Some(pinned) => pinned.agent_counters()?,
            None => AgentCounters::unpinned().map_err(DatapathError::Mmap)?,
        };
        let agent_counters = Arc::new(agent_counters);
        let left = LeftPairs::default();
        let tracking = Tracking::new(
            &mut take,
            Arc::clone(&ports),
            ftp,
            Arc::clone(&agent_counters),
            Arc::clone(&left),
            continues,
        )?;
        pinned.iter().try_for_each(|pinned| pinned.complete(&agent_counters))?;
        let mut programs = Programs::new(object);
        programs.load(PROGRAM_SWEEP)?;
        let datapath = Self {
            programs,
            blocks: Blocks::new(counters, slots, debug)?,
            ports,
            fragments: fragments.try_into().map_err(|e| DatapathError::map(MAP_FRAGMENTS, e))?,
            remembered: remembered.try_into().map_err(|e| DatapathError::map(MAP_REMEMBERED, e))?,
            unattributed: unattributed.try_into().map_err(|e| DatapathError::map(MAP_UNATTRIBUTED, e))?,
            sources,
            policy,
            avoided: Vec::new(),
            stats: File::open(STATS).ok(),
            pinned,
            agent_counters,
            continues,
            left,
        };
        Ok((datapath, tracking))
    }

    /// Tells whether pinned programs of a previous agent use the ports and settings that are in the maps.
    /// Those stay unchanged until a start has succeeded.
    #[must_use]
    pub const fn continues(&self) -> bool {
        self.continues
    }

    /// Returns the maps with the peers of connections.
    #[must_use]
    pub const fn sources(&self) -> &SourceMaps {
        &self.sources
    }
}

/// Returns a loader without the kernel's types. The programs have no relocation that needs them, and reading
/// them takes 16 ms and 12 MB. aya 0.14 always reads them, unless it may not: so a thread creates the loader
/// that may read no file. Without Landlock they are read.
fn loader() -> EbpfLoader<'static> {
    let without_files = || {
        // Whoever cannot be restricted reads the types: that costs memory and is no error.
        let _ = Ruleset::default()
            .handle_access(AccessFs::ReadFile)
            .and_then(Ruleset::create)
            .and_then(RulesetCreated::restrict_self);
        EbpfLoader::new()
    };
    thread::spawn(without_files).join().unwrap_or_default()
}
