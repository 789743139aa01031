// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the loaded object: the data of a scrape, and of the history.

use std::{fs::File, mem, os::unix::fs::FileExt as _, sync::PoisonError};

use classifier_common::{
    abi::{self, MAP_REMEMBERED, MAP_UNATTRIBUTED, PROGRAM_SWEEP},
    control::Tallies,
    dry_run::PREFIXES,
    ports::PORTS,
};

use super::{Attached, Datapath, Retained};
use crate::snapshot::{FtpSnapshot, Losses, MapFill, ReadError, Readings, Snapshot};

impl Datapath {
    /// Reads the data of a scrape.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map or to describe a program.
    pub fn snapshot<'i>(
        &self,
        attached: impl IntoIterator<Item = &'i Attached>,
        retained: impl IntoIterator<Item = &'i Retained>,
        ftp: FtpSnapshot,
    ) -> Result<Snapshot, ReadError> {
        let attached: Vec<_> = attached.into_iter().collect();
        self.leave_pairs()?;
        // Connections that have expired belong to the counters, which are read later. Without egress, answers
        // are not seen, and nothing can expire unanswered.
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

    /// Subtracts the encrypted sessions that the agent has removed since the last call from their pairs of
    /// hosts.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to run the program.
    pub fn leave_pairs(&self) -> Result<(), ReadError> {
        let left = mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        let of = |cause| ReadError::Program { program: PROGRAM_SWEEP, cause };
        left.into_iter().try_for_each(|pair| self.programs.leave(pair).map_err(of))
    }

    /// Reads the counters of the history; `ftp` and `overruns` come from other modules.
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

    fn fill(&self, ftp: &FtpSnapshot) -> Result<Vec<MapFill>, ReadError> {
        let fragments = self.remembered.get(&0, 0).map_err(ReadError::map(MAP_REMEMBERED))?;
        let prefixes = MapFill::prefixes(self.policy.len(), PREFIXES as u64);
        let mut fills = vec![
            MapFill::counters(self.blocks.len(), abi::INTERFACES as u64),
            MapFill::fragments(fragments, abi::FRAGMENTS as u64),
            MapFill::endpoints(ftp.endpoints.iter().flatten().sum(), ftp.capacity),
            MapFill::sessions(ftp.session_entries(), ftp.sessions),
            MapFill::ports(self.ports.known(), 2 * PORTS as u64),
        ];
        fills.extend(self.programs.evaluates_policy().then_some(prefixes));
        Ok(fills)
    }
}

fn is_on(setting: &File) -> bool {
    let mut value = [0];
    setting.read_at(&mut value, 0).is_ok_and(|length| length == 1 && value != *b"0")
}
