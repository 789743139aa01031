// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Waits for the period of the history; no other module of the history waits.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tracing::{info, warn};

use super::History;
use crate::{memory, snapshot::SnapshotSource, supervisor::Running, ticks::Ticks};

/// Reads the counters once in each period, and records their growth. After a failed read, the interval
/// extends to the next one. Returns only when the system refuses to wait.
///
/// # Errors
///
/// The refusal of the system.
pub async fn follow(
    source: Arc<dyn SnapshotSource>,
    history: Arc<History>,
    period: Duration,
    running: Running,
) -> io::Error {
    let started = Ticks::every(period).and_then(|mut ticks| ticks.run(true).map(|()| ticks));
    let ticks = match started {
        Ok(ticks) => ticks,
        Err(error) => return error,
    };
    running.works();
    let mut is_failing = false;
    loop {
        match source.readings() {
            Ok(readings) => {
                if is_failing {
                    info!("the history of the page can read the counters again");
                }
                is_failing = false;
                history.record(readings, Instant::now());
            }
            Err(error) => {
                if !is_failing {
                    warn!(%error, "the history of the page cannot read the counters; retrying");
                }
                is_failing = true;
            }
        }
        // Scrapes since the last period have freed megabytes, where there are many interfaces.
        memory::give_back();
        if let Err(error) = ticks.tick().await {
            return error;
        }
    }
}
