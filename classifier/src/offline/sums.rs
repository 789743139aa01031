//! What several captures come to.

use std::path::Path;

use classifier_common::counter::Counters;

use super::engine;
use crate::{
    counters::{InterfaceSnapshot, Snapshot},
    ftp, hook,
};

/// The counters of each file, and what was seen of FTP in all of them.
#[derive(Default)]
pub(super) struct Sums {
    pub files: Vec<(String, Box<Counters>)>,
    pub ftp: ftp::Snapshot,
}

impl Sums {
    /// Adds what a file has counted. A file that was given twice counts twice.
    pub(super) fn add(&mut self, file: &Path, counters: Box<Counters>) {
        let name = file.display().to_string();
        match self.files.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => sum.merge(&counters),
            None => self.files.push((name, counters)),
        }
    }

    /// Adds what was seen of FTP in files that no others follow on.
    pub(super) fn add_ftp(&mut self, ftp: &ftp::Snapshot) {
        let sums = self.ftp.tallies.iter_mut().chain(self.ftp.endpoints.as_flattened_mut());
        for (sum, number) in sums.zip(ftp.tallies.iter().chain(ftp.endpoints.as_flattened())) {
            *sum += number;
        }
        (self.ftp.capacity, self.ftp.sessions) = (ftp.capacity, ftp.sessions);
    }

    /// All files together.
    pub(super) fn total(&self) -> Box<Counters> {
        let mut total = engine::none();
        self.files.iter().for_each(|(_, counters)| total.merge(counters));
        total
    }

    /// As a scrape would see it: each file an interface that packets only came in at.
    pub(super) fn into_snapshot(self) -> Snapshot {
        let interface = |(name, counters)| InterfaceSnapshot {
            name,
            ingress: hook::NONE,
            egress: hook::NONE,
            ingress_counters: Some(counters),
            egress_counters: None,
        };
        Snapshot {
            interfaces: self.files.into_iter().map(interface).collect(),
            ftp: self.ftp,
            ..Snapshot::default()
        }
    }
}
