//! The object in the kernel, loaded and filled in.

use std::{fs::File, path::Path, sync::Arc};

use aya::{
    EbpfLoader,
    maps::{HashMap, Map, MapData, PerCpuArray},
};
use classifier_common::{
    abi::{
        self, MAP_COUNTERS, MAP_ENDPOINTS, MAP_FRAGMENTS, MAP_PORTS, MAP_PREFIXES, MAP_SESSIONS, MAP_SHADOW,
        MAP_SOURCES, MAP_UNATTRIBUTED, PROGRAM_SWEEP,
    },
    fragment::FragmentKey,
};

use super::{
    DatapathError,
    blocks::Blocks,
    pins::{Folder, Layout, Own, Pinned},
    port_table::SharedPorts,
    programs::Programs,
    shadow::SharedShadow,
    snapshot::STATS,
    sources::{self, SourceMaps},
    tracking::{self, Tracking},
};
use crate::config::{EvidenceSettings, FtpSettings};

/// The kernel object, as it was built with this agent.
pub static OBJECT: &[u8] = aya::include_bytes_aligned!(env!("CLASSIFIER_OBJECT"));

/// The loaded object.
pub struct Datapath {
    pub(super) programs: Programs,
    pub(super) blocks: Blocks,
    pub(super) ports: Arc<SharedPorts>,
    pub(super) fragments: HashMap<MapData, FragmentKey, u32>,
    pub(super) unattributed: PerCpuArray<MapData, u64>,
    sources: SourceMaps,
    pub(super) shadow: SharedShadow,
    /// Drivers that [`XdpMode::Auto`](crate::config::XdpMode::Auto) takes no native XDP of.
    pub(super) avoided: Vec<String>,
    /// [`STATS`], where it can be read: asked at every scrape.
    pub(super) stats: Option<File>,
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
}
