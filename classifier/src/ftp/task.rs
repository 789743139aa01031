//! The one place of the tracking that waits.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time;

use super::Room;

/// How often what is over is looked for, while there is anything that can be over.
const TICK: Duration = Duration::from_secs(1);

/// Takes the programs' events as they come; returns only when the system refuses to wait for them.
///
/// # Errors
///
/// What the system refused.
pub async fn watch(room: Arc<Mutex<Room>>) -> io::Error {
    // A panic while the room was held leaves each event taken or not.
    let enter = || room.lock().unwrap_or_else(PoisonError::into_inner);
    let readiness = enter().readiness();
    let events = match readiness {
        Ok(events) => events,
        Err(error) => return error,
    };
    let mut ticks = time::interval(TICK);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        let idle = enter().is_idle();
        tokio::select! {
            ready = events.readable() => match ready {
                Ok(mut ready) => {
                    ready.clear_ready();
                    while enter().take_events() {
                        tokio::task::yield_now().await;
                    }
                }
                Err(error) => return error,
            },
            _ = ticks.tick(), if !idle => enter().tick(),
        }
    }
}
