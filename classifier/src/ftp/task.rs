// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Waits for the tracking's events and its timer; no other module of the tracking waits.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::FtpRuntime;
use crate::{supervisor::Running, ticks::Ticks};

/// Period of the search for expired entries.
const PERIOD: Duration = Duration::from_secs(1);

/// Takes the programs' events as they arrive, and removes expired entries once a second while there are any
/// that can expire; returns only when the system refuses to wait.
///
/// # Errors
///
/// The refusal of the system.
pub async fn watch(runtime: Arc<Mutex<FtpRuntime>>, running: Running) -> io::Error {
    // A panic while the runtime was locked leaves each event taken or not.
    let enter = || runtime.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = enter().readiness().and_then(|events| Ok((events, Ticks::every(PERIOD)?)));
    let (events, mut ticks) = match waits {
        Ok(waits) => waits,
        Err(error) => return error,
    };
    running.works();
    loop {
        let is_idle = enter().is_idle();
        if let Err(error) = ticks.run(!is_idle) {
            return error;
        }
        let waited = tokio::select! {
            ready = events.readable() => match ready {
                Ok(mut ready) => {
                    ready.clear_ready();
                    while enter().take_events() {
                        tokio::task::yield_now().await;
                    }
                    Ok(())
                }
                Err(error) => Err(error),
            },
            tick = ticks.tick() => tick.map(|()| enter().tick()),
        };
        if let Err(error) = waited {
            return error;
        }
    }
}
