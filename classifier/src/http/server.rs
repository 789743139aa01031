// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Accepts connections, and evicts some at the limits.

use std::{
    future::poll_fn,
    io,
    net::{SocketAddr, TcpListener as Bound},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet, yield_now},
    time::{sleep, timeout},
};
use tracing::{debug, info, warn};

use super::{
    Limits, Site, connection,
    phase::{Phase, Progress},
};
use crate::{descriptors::remedy, metrics::agent::DropReason};

/// Pause after a failed accept: probably no file descriptor is left, and an immediate retry would only spin.
const REST: Duration = Duration::from_millis(100);

/// Serves until `shutdown` completes, then finishes pending answers.
///
/// # Errors
///
/// When a listener cannot be handed to the runtime.
pub async fn serve(
    listeners: Vec<Bound>,
    site: Arc<Site>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let listeners = listeners.into_iter().map(TcpListener::from_std).collect::<io::Result<Vec<_>>>()?;
    let mut connections = Connections::new(site, limits);
    tokio::select! {
        () = shutdown => {}
        never = connections.accept_all(&listeners) => match never {}
    }
    drop(listeners);
    connections.end().await;
    Ok(())
}

struct Connections {
    site: Arc<Site>,
    limits: Limits,
    tasks: JoinSet<()>,
    open: Vec<(Progress, AbortHandle)>,
    graceful: GracefulShutdown,
}

impl Connections {
    fn new(site: Arc<Site>, limits: Limits) -> Self {
        let graceful = GracefulShutdown::new();
        Self { site, limits, tasks: JoinSet::new(), open: Vec::new(), graceful }
    }

    async fn accept_all(&mut self, listeners: &[TcpListener]) -> std::convert::Infallible {
        let mut first = 0;
        let mut is_failing = false;
        loop {
            match accept(listeners, &mut first).await {
                Ok((socket, _)) => {
                    if is_failing {
                        info!("accepting connections again");
                    }
                    is_failing = false;
                    self.begin(socket);
                    // The first bytes of the connection are read before further connections arrive, which may
                    // evict it.
                    yield_now().await;
                }
                Err(error) => {
                    if !is_failing {
                        let remedy = remedy(&error, "the agent retries");
                        warn!(%error, remedy, "cannot accept a connection");
                    }
                    is_failing = true;
                    sleep(REST).await;
                }
            }
        }
    }

    fn begin(&mut self, socket: TcpStream) {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|(_, task)| !task.is_finished());
        let tls = self.site.tls();
        let phase = if tls.is_some() { Phase::Handshake } else { Phase::Request };
        if self.in_handshake().count() >= self.limits.handshakes && tls.is_some() {
            self.make_room(|phase| phase == Phase::Handshake);
        } else if self.open.len() >= self.limits.connections {
            self.make_room(|_| true);
        }
        let progress = Progress::new(phase);
        let task = self.tasks.spawn(connection::serve(
            socket,
            tls,
            progress.clone(),
            Arc::clone(&self.site),
            self.limits,
            self.graceful.watcher(),
        ));
        self.open.push((progress, task));
    }

    fn in_handshake(&self) -> impl Iterator<Item = &AbortHandle> {
        let open = self.open.iter().filter(|(progress, _)| progress.now().0 == Phase::Handshake);
        open.map(|(_, task)| task)
    }

    /// Evicts the connection that has been longest in such a phase. A scraper's phase is short.
    fn make_room(&mut self, of: impl Fn(Phase) -> bool) {
        let candidates = (0..self.open.len()).filter(|index| of(self.open[*index].0.now().0));
        let oldest = candidates.min_by_key(|index| self.open[*index].0.now().1);
        if let Some(index) = oldest {
            let (_, task) = self.open.swap_remove(index);
            task.abort();
            self.site.dropped(DropReason::Crowded);
            debug!("closed a connection to accept another");
        }
    }

    async fn end(mut self) {
        self.in_handshake().for_each(AbortHandle::abort);
        if timeout(self.limits.shutdown_time, self.graceful.shutdown()).await.is_err() {
            warn!(connections = self.tasks.len(), "answers in progress were aborted");
        }
        self.tasks.shutdown().await;
    }
}

/// Accepts the next connection on any listener. The search begins at `first`, after the last successful
/// listener, so that a flooded one does not starve the others.
async fn accept(listeners: &[TcpListener], first: &mut usize) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|context| {
        let (before, from) = listeners.split_at(*first);
        for (listener, next) in from.iter().chain(before).zip(*first + 1..) {
            let accepted = listener.poll_accept(context);
            if accepted.is_ready() {
                *first = next % listeners.len();
                return accepted;
            }
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of three listeners has as many connections as there can be, the last one has one.
    #[tokio::test]
    async fn a_flooded_listener_leaves_the_others_their_turn() {
        let mut listeners = Vec::new();
        for _ in 0..3 {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let addresses: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        let waiting = [0, 0, 0, 0, 2].map(|at: usize| std::net::TcpStream::connect(addresses[at]).unwrap());
        let (mut first, mut turns) = (0, Vec::new());
        for _ in &waiting {
            let (accepted, _) = accept(&listeners, &mut first).await.unwrap();
            turns.push(
                addresses.iter().position(|address| *address == accepted.local_addr().unwrap()).unwrap(),
            );
        }
        assert_eq!(turns, [0, 2, 0, 0, 0]);
    }
}
