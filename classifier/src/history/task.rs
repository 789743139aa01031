//! The one place of the history that waits.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tracing::{info, warn};

use super::History;
use crate::{counters::Source, ticks::Ticks};

/// Reads the counters once a period, and keeps what they have grown by. A read that fails is left out: the interval then
/// goes on to the next one. Returns only when the system refuses to wait.
///
/// # Errors
///
/// What the system refused.
pub async fn follow(source: Arc<dyn Source>, history: Arc<History>, period: Duration) -> io::Error {
    let started = Ticks::every(period).and_then(|mut ticks| ticks.run(true).map(|()| ticks));
    let ticks = match started {
        Ok(ticks) => ticks,
        Err(error) => return error,
    };
    let mut is_failing = false;
    loop {
        match source.readings() {
            Ok(readings) => {
                if is_failing {
                    info!("the page's history can read the counters again");
                }
                is_failing = false;
                history.record(readings, Instant::now());
            }
            Err(error) => {
                if !is_failing {
                    warn!(%error, "the page's history could not read the counters, and tries again");
                }
                is_failing = true;
            }
        }
        if let Err(error) = ticks.tick().await {
            return error;
        }
    }
}
