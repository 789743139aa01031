//! Accepting connections, and choosing who gives way.

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
use tracing::{debug, warn};

use super::{
    Limits, Site, connection,
    phase::{Phase, Progress},
};
use crate::metrics::agent::DropReason;

/// Rest after a failed accept: out of file descriptors, most likely, and trying at once would only spin.
const REST: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done, then lets answers under way finish.
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
        loop {
            match accept(listeners).await {
                Ok((socket, _)) => {
                    self.begin(socket);
                    // Its first bytes are read before others come, who may be many and need its place.
                    yield_now().await;
                }
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
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

    /// Ends the connection whose phase began first, of those in such a phase. A scraper's is young while it
    /// matters.
    fn make_room(&mut self, of: impl Fn(Phase) -> bool) {
        let candidates = (0..self.open.len()).filter(|index| of(self.open[*index].0.now().0));
        let oldest = candidates.min_by_key(|index| self.open[*index].0.now().1);
        if let Some(index) = oldest {
            let (_, task) = self.open.swap_remove(index);
            task.abort();
            self.site.dropped(DropReason::Crowded);
            debug!("a connection gave way to another");
        }
    }

    async fn end(mut self) {
        self.in_handshake().for_each(AbortHandle::abort);
        if timeout(self.limits.shutdown_time, self.graceful.shutdown()).await.is_err() {
            warn!(connections = self.tasks.len(), "answers under way were cut");
        }
        self.tasks.shutdown().await;
    }
}

/// The next connection on any of the listeners.
async fn accept(listeners: &[TcpListener]) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|context| {
        let mut polled = listeners.iter().map(|listener| listener.poll_accept(context));
        polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}
