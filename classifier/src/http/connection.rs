// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Serves one connection, from its acceptance to its end.

use std::{convert::Infallible, pin::pin, sync::Arc, task::Poll};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::Watcher};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{sleep_until, timeout_at},
};
use tracing::debug;

use super::{
    Limits, Site, handshake,
    phase::{Phase, Progress, Watched},
};
use crate::metrics::agent::DropReason;

enum End {
    Served(hyper::Result<()>),
    Overdue(Phase),
}

/// Serves requests until the client leaves, a phase times out, or the server ends.
pub async fn serve(
    socket: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    progress: Progress,
    site: Arc<Site>,
    limits: Limits,
    shutdown: Watcher,
) {
    // A scrape is one write: waiting for more data would only delay it.
    let _ = socket.set_nodelay(true);
    let Some(config) = tls else { return requests(socket, progress, &site, limits, shutdown).await };
    // Most state of a handshake is on the heap, and freed at its end.
    let shaken = timeout_at(progress.deadline(&limits).1, Box::pin(handshake::shake(socket, config))).await;
    match shaken {
        Ok(Ok(Some(stream))) => {
            progress.encrypted();
            requests(stream, progress, &site, limits, shutdown).await;
        }
        Ok(Ok(None)) => {}
        Ok(Err(reason)) => site.dropped(reason),
        Err(_) => site.dropped(DropReason::SlowHandshake),
    }
}

async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    progress: Progress,
    site: &Arc<Site>,
    limits: Limits,
    shutdown: Watcher,
) {
    let service = service_fn(|request| {
        progress.requested();
        let site = Arc::clone(site);
        async move { Ok::<_, Infallible>(site.answer(request).await) }
    });
    let io = TokioIo::new(Watched::new(stream, progress.clone()));
    let http = http1::Builder::new()
        .header_read_timeout(None)
        .max_header_size(limits.header_bytes)
        .max_buf_size(limits.header_bytes)
        .serve_connection(io, service);
    let mut http = pin!(shutdown.watch(http));
    let mut overdue = pin!(sleep_until(progress.deadline(&limits).1));
    let end = std::future::poll_fn(|context| {
        if let Poll::Ready(result) = http.as_mut().poll(context) {
            return Poll::Ready(End::Served(result));
        }
        let (phase, deadline) = progress.deadline(&limits);
        if overdue.deadline() != deadline {
            overdue.as_mut().reset(deadline);
        }
        overdue.as_mut().poll(context).map(|()| End::Overdue(phase))
    })
    .await;
    match end {
        End::Served(Ok(())) | End::Overdue(Phase::Idle) => {}
        End::Served(Err(error)) if error.is_parse() => {
            debug!(%error, "request does not parse");
            site.dropped(DropReason::Malformed);
        }
        End::Served(Err(error)) => debug!(%error, "connection broke"),
        End::Overdue(Phase::Handshake) => site.dropped(DropReason::SlowHandshake),
        End::Overdue(Phase::Request) => site.dropped(DropReason::SlowRequest),
        End::Overdue(Phase::Response { .. }) => site.dropped(DropReason::SlowResponse),
    }
}
