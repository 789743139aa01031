// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs one cell: its transfers, with decoys during and after them.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use testbed::Segment;

use crate::{
    cells::Cell,
    clients::Transfers,
    decoys::{Decoys, address},
    network::Network,
    session::data_segments,
    watch::{QUIET, Watch},
};

pub struct Run<'r> {
    pub network: &'r Network,
    pub decoys: &'r Decoys<'r>,
    pub transfers: &'r Transfers<'r>,
    pub cell: Cell,
}

impl Run<'_> {
    /// Makes the transfers, with decoys all the time. The upload takes the name.
    pub fn transfers(&self, name: &str) {
        let Self { network, decoys, transfers, cell } = *self;
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    decoys.unannounced(cell.family);
                    thread::sleep(Duration::from_millis(10));
                }
            });
            let _at_the_end = Ending(&done);
            transfers.make(&network.client, address(&network.at_server, cell.family), cell, name);
        });
    }

    /// Reuses the ports of a transfer after all of it has crossed.
    pub fn decoys_afterwards(&self, watch: &Watch<'_>) {
        self.network.wait_until_quiet(QUIET);
        let data = self.data_connections(watch);
        // The last one is the download's.
        self.decoys.afterwards(self.cell.family, &data[self.cell.client.verbs().len() - 1]);
        self.decoys.of_port_20(self.cell.family);
    }

    /// Returns the first segments of this cell's data connections, as soon as the capture has them.
    fn data_connections(&self, watch: &Watch<'_>) -> Vec<Segment> {
        let deadline = Instant::now() + Duration::from_secs(5);
        let since = watch.marks.last().map_or(Duration::ZERO, |mark| mark.at);
        loop {
            let captured = watch.captures[0].so_far();
            let segments: Vec<_> =
                captured.iter().filter_map(Segment::read).filter(|segment| segment.at > since).collect();
            let data: Vec<_> =
                data_segments(&segments, self.decoys).filter(|segment| segment.opens()).cloned().collect();
            if data.len() == self.cell.client.verbs().len() {
                return data;
            }
            assert!(Instant::now() < deadline, "{}: {} data connections", self.cell, data.len());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Sets a flag at the end of its scope, also by a panic.
struct Ending<'f>(&'f AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
