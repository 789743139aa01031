//! The one place of this room that waits.

use std::{sync::Arc, time::Instant};

use tokio::{task::yield_now, time};
use tracing::{debug, warn};

use super::Live;
use crate::{
    datapath::has_tcx,
    hook,
    interfaces::{self, Heard, InterfaceError, Watch},
};

/// Attaches and detaches as interfaces come and go; returns only when the system no longer tells of them, and has
/// readiness say so.
///
/// `watch` must be older than the list of links that `live` was started with.
///
/// # Errors
///
/// What the system refused.
pub async fn follow(live: Arc<Live>, watch: Watch) -> InterfaceError {
    let error = run(&live, watch).await;
    live.enter().unfollowed = Some(error.to_string());
    error
}

async fn run(live: &Live, mut watch: Watch) -> InterfaceError {
    let mut looked = Instant::now();
    loop {
        let deadline = live.enter().roster.deadline();
        let later = time::sleep_until(deadline.unwrap_or_else(Instant::now).into());
        let done = tokio::select! {
            heard = watch.next() => match heard {
                Ok(heard) => take(live, heard).await,
                Err(error) => Err(InterfaceError::Watch(error)),
            },
            () = live.changed.notified() => Ok(()),
            () = live.scraped.notified() => {
                if looked.elapsed() >= live.times.look {
                    look(live).await;
                    looked = Instant::now();
                }
                Ok(())
            }
            () = later, if deadline.is_some() => Ok(()),
        };
        let done = match done {
            Ok(()) => act(live, &mut watch).await,
            error => error,
        };
        if let Err(error) = done {
            return error;
        }
    }
}

async fn take(live: &Live, heard: Heard) -> Result<(), InterfaceError> {
    match heard {
        Heard::Changes(changes) => {
            let mut state = live.enter();
            for change in changes {
                state.roster.change(change);
            }
        }
        Heard::Overrun => {
            warn!("more happened to interfaces than could be heard, listing them");
            live.enter().overruns += 1;
            let links = interfaces::list().await?;
            live.enter().roster.list(links);
        }
    }
    Ok(())
}

/// Does what is to be done, one interface at a time: at each hook the kernel may wait for some milliseconds, and between
/// them scrapes are answered and changes are heard.
async fn act(live: &Live, watch: &mut Watch) -> Result<(), InterfaceError> {
    loop {
        let plan = live.enter().roster.plan(Instant::now());
        if plan.is_empty() {
            return Ok(());
        }
        debug!(?plan, "interfaces have changed");
        live.enter().clear(&plan);
        for index in &plan.unwanted {
            live.enter().detach(&[*index], "it is no longer wanted");
            yield_now().await;
        }
        if !plan.attach.is_empty() {
            live.enter().prepare(&plan.attach);
        }
        for interface in &plan.attach {
            {
                let mut state = live.enter();
                if state.roster.wants(interface) {
                    // The state tells of a refusal.
                    let _ = state.attach(interface);
                }
            }
            yield_now().await;
            let heard = watch.pending().map_err(InterfaceError::Watch)?;
            take(live, heard).await?;
        }
        live.enter().settle();
    }
}

/// Looks whether all that is attached still is.
async fn look(live: &Live) {
    let indices: Vec<u32> = live.enter().attached.keys().copied().collect();
    let tcx = |hook| [hook::TCX, hook::NONE].contains(&hook);
    let all_tcx = live.enter().attached.values().all(|one| tcx(one.hooks.ingress) && tcx(one.hooks.egress));
    let mut seen = Vec::new();
    if !all_tcx {
        match interfaces::hooked(!has_tcx()).await {
            Ok(links) => seen.extend(links.into_iter().flat_map(|link| link.attachments)),
            Err(error) => {
                warn!(%error, "cannot see what is attached");
                return;
            }
        }
    }
    for index in indices {
        live.enter().look(index, &seen);
        yield_now().await;
    }
}
