// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sums over several captures.

use std::path::Path;

use classifier_common::counter::Counters;

use super::engine;
use crate::{
    hook,
    snapshot::{FtpSnapshot, InterfaceSnapshot, Snapshot},
};

/// Counters of each file, and the FTP observations of all files.
#[derive(Default)]
pub(super) struct Sums {
    pub files: Vec<(String, Box<Counters>)>,
    pub ftp: FtpSnapshot,
}

impl Sums {
    /// Adds the counters of a file. A file that was given twice counts twice.
    pub(super) fn add(&mut self, file: &Path, counters: Box<Counters>) {
        let name = file.display().to_string();
        match self.files.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => sum.merge(&counters),
            None => self.files.push((name, counters)),
        }
    }

    /// Adds the FTP observations of files, after the last one of a sequence.
    pub(super) fn add_ftp(&mut self, ftp: &FtpSnapshot) {
        let sums = self.ftp.tallies.iter_mut().chain(self.ftp.endpoints.as_flattened_mut());
        for (sum, number) in sums.zip(ftp.tallies.iter().chain(ftp.endpoints.as_flattened())) {
            *sum += number;
        }
        (self.ftp.capacity, self.ftp.sessions) = (ftp.capacity, ftp.sessions);
    }

    /// Returns the sum of all files.
    pub(super) fn total(&self) -> Box<Counters> {
        let mut total = engine::none();
        self.files.iter().for_each(|(_, counters)| total.merge(counters));
        total
    }

    /// Converts the sums to a snapshot: each file is an interface with ingress alone.
    pub(super) fn into_snapshot(self) -> Snapshot {
        let interface = |(name, counters)| InterfaceSnapshot {
            name,
            ingress: hook::NONE,
            egress: hook::NONE,
            counters: [Some(counters), None],
        };
        Snapshot {
            interfaces: self.files.into_iter().map(interface).collect(),
            ftp: self.ftp,
            ..Snapshot::default()
        }
    }
}
