//! What the loaded object tells: everything that a scrape shows, and what the history keeps of it.

use std::{fs::File, os::unix::fs::FileExt as _};

use aya::maps::{IterableMap as _, MapError};
use classifier_common::{
    abi::{self, MAP_FRAGMENTS, MAP_UNATTRIBUTED, PROGRAM_SWEEP},
    control::Tallies,
    fragment::FragmentKey,
    ports::PORTS,
    shadow::PREFIXES,
};

use super::{Attached, Datapath, Retained, batch};
use crate::{
    counters::{MapFill, ReadError, Snapshot},
    ftp,
    history::{Losses, Readings},
};

/// Whether the kernel measures how long programs run.
pub(super) const STATS: &str = "/proc/sys/kernel/bpf_stats_enabled";

impl Datapath {
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
}

fn is_on(setting: &File) -> bool {
    let mut value = [0];
    setting.read_at(&mut value, 0).is_ok_and(|length| length == 1 && value != *b"0")
}
