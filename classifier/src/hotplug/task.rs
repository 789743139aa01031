// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Waits for netlink and deadlines; no other module of reconciliation waits.

use std::{sync::Arc, time::Instant};

use tokio::{task::yield_now, time};
use tracing::{debug, warn};

use super::Live;
use crate::{
    datapath::Attached,
    hook,
    interfaces::{self, InterfaceError, Watch, WatchEvents},
    supervisor::Running,
};

/// Attaches and detaches as interfaces come and go; returns only when the system stops reporting them.
///
/// `watch` must be older than the list of links that `live` was started with. Without one, a new watch is
/// opened and the links are listed: that is how following is resumed after an error.
///
/// # Errors
///
/// The refusal of the system.
pub async fn follow(live: Arc<Live>, watch: Option<Watch>, running: Running) -> InterfaceError {
    let watch = match watch {
        Some(watch) => watch,
        None => match resume(&live).await {
            Ok(watch) => watch,
            Err(error) => return error,
        },
    };
    running.works();
    run(&live, watch).await
}

async fn resume(live: &Live) -> Result<Watch, InterfaceError> {
    let mut watch = Watch::open(interfaces::ROOM)?;
    let links = interfaces::list().await?;
    live.enter().desired.list(links);
    act(live, &mut watch).await?;
    Ok(watch)
}

async fn run(live: &Live, mut watch: Watch) -> InterfaceError {
    let mut looked = Instant::now();
    loop {
        let deadline = live.enter().desired.deadline();
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

async fn take(live: &Live, heard: WatchEvents) -> Result<(), InterfaceError> {
    match heard {
        WatchEvents::Changes(changes) => {
            let mut state = live.enter();
            for change in changes {
                state.desired.change(change);
            }
        }
        WatchEvents::Overrun => {
            warn!("the netlink receive buffer overran, listing the interfaces again");
            live.enter().overruns += 1;
            let links = interfaces::list().await?;
            live.enter().desired.list(links);
        }
    }
    Ok(())
}

/// Executes the due actions, one interface at a time: the kernel may take some milliseconds for each hook.
/// Scrapes and changes are handled in between.
async fn act(live: &Live, watch: &mut Watch) -> Result<(), InterfaceError> {
    loop {
        let actions = live.enter().desired.reconcile(Instant::now());
        if actions.is_empty() {
            return Ok(());
        }
        debug!(?actions, "interfaces have changed");
        live.enter().clear(&actions);
        for index in &actions.unwanted {
            live.enter().detach(&[*index], "it is no longer wanted");
            yield_now().await;
        }
        if !actions.attach.is_empty() {
            live.enter().prepare(&actions.attach);
        }
        for interface in &actions.attach {
            {
                let mut state = live.enter();
                if state.desired.wants(interface) {
                    // The state reports a refusal.
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

/// Checks that everything attached still is.
async fn look(live: &Live) {
    let indices: Vec<u32> = live.enter().attached.keys().copied().collect();
    let is_filter = |one: &Attached| [one.hooks.ingress, one.hooks.egress].contains(&hook::TC);
    let any_filter = live.enter().attached.values().any(is_filter);
    let mut seen = Vec::new();
    if any_filter {
        match interfaces::hooked(true).await {
            Ok(links) => seen.extend(links.into_iter().flat_map(|link| link.attachments)),
            Err(error) => {
                warn!(%error, "cannot list the attached programs");
                return;
            }
        }
    }
    for index in indices {
        live.enter().look(index, &seen);
        yield_now().await;
    }
}
