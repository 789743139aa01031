//! The one place of the tracking that waits.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Room;
use crate::ticks::Ticks;

/// How often what is over is looked for.
const PERIOD: Duration = Duration::from_secs(1);

/// Takes the programs' events as they come, and once a second while there is anything that can be over looks for what
/// is; returns only when the system refuses to wait for either.
///
/// # Errors
///
/// What the system refused.
pub async fn watch(room: Arc<Mutex<Room>>) -> io::Error {
    // A panic while the room was held leaves each event taken or not.
    let enter = || room.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = enter().readiness().and_then(|events| Ok((events, Ticks::every(PERIOD)?)));
    let (events, mut ticks) = match waits {
        Ok(waits) => waits,
        Err(error) => return error,
    };
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
