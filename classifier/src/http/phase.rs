//! Where a connection stands, as told by the bytes that pass and the requests that are answered.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use super::Limits;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The end of the TLS handshake.
    Handshake,
    /// The end of a request's headers.
    Request,
    /// The client taking the answer.
    Response {
        /// Some of it was written.
        begun: bool,
    },
    /// The first byte of another request.
    Idle,
}

/// The phase of one connection, shared by its socket, its service and the server.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Mutex<(Phase, Instant)>>);

impl Progress {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(phase: Phase) -> Self {
        Self(Arc::new(Mutex::new((phase, Instant::now()))))
    }

    /// The phase and its beginning.
    #[must_use]
    pub fn now(&self) -> (Phase, Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The phase, and when it has lasted too long.
    #[must_use]
    pub fn deadline(&self, limits: &Limits) -> (Phase, Instant) {
        let (phase, since) = self.now();
        let time = match phase {
            Phase::Handshake => limits.handshake_time,
            Phase::Request => limits.header_time,
            Phase::Response { .. } => limits.response_time,
            Phase::Idle => limits.idle_time,
        };
        (phase, since + time)
    }

    /// The TLS handshake is done.
    pub fn encrypted(&self) {
        self.change(|phase| (phase == Phase::Handshake).then_some(Phase::Request));
    }

    /// The headers of a request are whole.
    pub fn requested(&self) {
        self.change(|_| Some(Phase::Response { begun: false }));
    }

    fn received(&self) {
        self.change(|phase| (phase == Phase::Idle).then_some(Phase::Request));
    }

    fn written(&self) {
        let begun = Phase::Response { begun: true };
        self.change(|phase| (phase == Phase::Response { begun: false }).then_some(begun));
    }

    /// hyper flushes once all of its buffer is written, which is the answer's end.
    fn flushed(&self) {
        self.change(|phase| (phase == Phase::Response { begun: true }).then_some(Phase::Idle));
    }

    fn change(&self, next: impl FnOnce(Phase) -> Option<Phase>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = next(state.0) {
            let still_answering = matches!(next, Phase::Response { begun: true });
            *state = (next, if still_answering { state.1 } else { Instant::now() });
        }
    }
}

/// A socket that tells the progress of its connection.
#[derive(Debug)]
pub struct Watched<S> {
    socket: S,
    progress: Progress,
}

impl<S> Watched<S> {
    /// Watches a socket.
    pub const fn new(socket: S, progress: Progress) -> Self {
        Self { socket, progress }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.socket).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.progress.received();
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.socket).poll_write(context, bytes));
        self.progress.written();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.socket).poll_write_vectored(context, slices));
        self.progress.written();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.socket).poll_flush(context));
        self.progress.flushed();
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
