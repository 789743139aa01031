// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Starts the background tasks, and restarts each when it ends.

use std::{
    io,
    sync::{Arc, Mutex},
};

use crate::{
    datapath::messages::Messages,
    ftp::{self, FtpRuntime},
    history::{self, History},
    hotplug::{self, Live},
    interfaces::Watch,
    reload::{Hangups, Reloader},
    service,
    supervisor::{Supervisor, Task},
};

/// Follows interfaces that come, go and change; with the first watch, later with new ones.
pub(super) fn follow_interfaces(supervisor: &Arc<Supervisor>, source: &Arc<Live>, watch: Watch) {
    let (source, mut first) = (Arc::clone(source), Some(watch));
    supervisor
        .spawn(Task::Interfaces, move |running| hotplug::follow(Arc::clone(&source), first.take(), running));
}

/// Records the growth of the counters.
pub(super) fn remember(supervisor: &Arc<Supervisor>, source: &Arc<Live>, history: &Arc<History>) {
    let (source, history) = (Arc::clone(source), Arc::clone(history));
    supervisor.spawn(Task::History, move |running| {
        history::follow(Arc::clone(&source) as _, Arc::clone(&history), History::PERIOD, running)
    });
}

/// Reads the FTP control segments that the programs forward.
pub(super) fn follow_ftp(supervisor: &Arc<Supervisor>, ftp: Arc<Mutex<FtpRuntime>>) {
    supervisor.spawn(Task::Ftp, move |running| ftp::watch(Arc::clone(&ftp), running));
}

/// Logs the programs' debug messages.
pub(super) fn relay(supervisor: &Arc<Supervisor>, messages: Messages) {
    let messages = Arc::new(tokio::sync::Mutex::new(messages));
    supervisor.spawn(Task::DebugMessages, move |running| {
        let messages = Arc::clone(&messages);
        async move {
            running.works();
            messages.lock().await.relay().await
        }
    });
}

/// Reloads on SIGHUP.
pub(super) fn reload_at_hangups(supervisor: &Arc<Supervisor>, hangups: Hangups, reloader: &Arc<Reloader>) {
    let (reloader, mut first) = (Arc::clone(reloader), Some(hangups));
    supervisor.spawn(Task::Reload, move |running| {
        let hangups = first.take().map_or_else(Hangups::listen, Ok);
        let reloader = Arc::clone(&reloader);
        async move {
            match hangups {
                Ok(hangups) => {
                    running.works();
                    hangups.follow(reloader).await;
                    io::Error::from(io::ErrorKind::UnexpectedEof)
                }
                Err(error) => error,
            }
        }
    });
}

/// Sends signs of life to the service manager, if it expects them.
pub(super) fn live(supervisor: &Arc<Supervisor>) {
    if let Some(patience) = service::patience() {
        supervisor.spawn(Task::Watchdog, move |running| service::live(patience, running));
    }
}
