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

use super::{Endpoints, Limits, connection, phase::Progress};
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
    endpoints: Arc<Endpoints>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let listeners = listeners.into_iter().map(TcpListener::from_std).collect::<io::Result<Vec<_>>>()?;
    let mut connections = Connections::new(endpoints, limits);
    tokio::select! {
        () = shutdown => {}
        never = connections.accept_all(&listeners) => match never {}
    }
    drop(listeners);
    connections.end().await;
    Ok(())
}

struct Connections {
    endpoints: Arc<Endpoints>,
    limits: Limits,
    tasks: JoinSet<()>,
    open: Vec<(Progress, AbortHandle)>,
    graceful: GracefulShutdown,
}

impl Connections {
    fn new(endpoints: Arc<Endpoints>, limits: Limits) -> Self {
        let graceful = GracefulShutdown::new();
        Self { endpoints, limits, tasks: JoinSet::new(), open: Vec::new(), graceful }
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
        if self.open.len() >= self.limits.connections {
            self.make_room();
        }
        let progress = Progress::new();
        let task = self.tasks.spawn(connection::serve(
            socket,
            progress.clone(),
            Arc::clone(&self.endpoints),
            self.limits,
            self.graceful.watcher(),
        ));
        self.open.push((progress, task));
    }

    /// Ends the connection whose phase began first. A scraper's is young while it matters.
    fn make_room(&mut self) {
        let oldest = (0..self.open.len()).min_by_key(|index| self.open[*index].0.now().1);
        if let Some(index) = oldest {
            let (_, task) = self.open.swap_remove(index);
            task.abort();
            self.endpoints.dropped(DropReason::Crowded);
            debug!("a connection gave way to another");
        }
    }

    async fn end(mut self) {
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
