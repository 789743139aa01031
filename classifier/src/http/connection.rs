//! One connection, from its acceptance to its end.

use std::{convert::Infallible, pin::pin, sync::Arc, task::Poll};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::Watcher};
use tokio::{net::TcpStream, time::sleep_until};
use tracing::debug;

use super::{
    Endpoints, Limits,
    phase::{Phase, Progress, Watched},
};
use crate::metrics::agent::DropReason;

enum End {
    Served(hyper::Result<()>),
    Overdue(Phase),
}

/// Serves requests until the client leaves, a phase takes too long, or the server ends.
pub async fn serve(
    socket: TcpStream,
    progress: Progress,
    endpoints: Arc<Endpoints>,
    limits: Limits,
    shutdown: Watcher,
) {
    // A scrape is one write; waiting for more to send would only delay it.
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| {
        progress.requested();
        let answer = endpoints.answer(&request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let io = TokioIo::new(Watched::new(socket, progress.clone()));
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
            endpoints.dropped(DropReason::Malformed);
        }
        End::Served(Err(error)) => debug!(%error, "connection broke"),
        End::Overdue(Phase::Request) => endpoints.dropped(DropReason::SlowRequest),
        End::Overdue(Phase::Response { .. }) => endpoints.dropped(DropReason::SlowResponse),
    }
}
