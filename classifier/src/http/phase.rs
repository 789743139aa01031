// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tracks the phase of a connection, from the bytes that pass and the requests that are answered.

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

/// Event that a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// End of the TLS handshake.
    Handshake,
    /// End of a request's headers.
    Request,
    /// The client reads the answer.
    Response {
        /// True if part of the answer was written.
        begun: bool,
    },
    /// First byte of the next request.
    Idle,
}

/// The phase of one connection, shared by its socket, its service and the server.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Mutex<(Phase, Instant)>>);

impl Progress {
    /// Creates the progress of a new connection.
    #[must_use]
    pub fn new(phase: Phase) -> Self {
        Self(Arc::new(Mutex::new((phase, Instant::now()))))
    }

    /// Returns the phase and its beginning.
    #[must_use]
    pub fn now(&self) -> (Phase, Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the phase and its time limit.
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

    /// Records the end of the TLS handshake.
    pub fn encrypted(&self) {
        self.change(|phase| (phase == Phase::Handshake).then_some(Phase::Request));
    }

    /// Records the end of a request's headers. If the previous answer is not read yet, its time continues:
    /// further requests get no more time.
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

    /// Records the end of the answer: hyper flushes once its whole buffer is written.
    fn flushed(&self) {
        self.change(|phase| (phase == Phase::Response { begun: true }).then_some(Phase::Idle));
    }

    fn change(&self, next: impl FnOnce(Phase) -> Option<Phase>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = next(state.0) {
            let still_answering = matches!((state.0, next), (Phase::Response { .. }, Phase::Response { .. }));
            *state = (next, if still_answering { state.1 } else { Instant::now() });
        }
    }
}

/// A socket that records the progress of its connection.
#[derive(Debug)]
pub struct Watched<S> {
    socket: S,
    progress: Progress,
}

impl<S> Watched<S> {
    /// Wraps a socket.
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

#[cfg(test)]
mod tests {
    use std::{thread::sleep, time::Duration};

    use super::*;

    #[test]
    fn another_request_restarts_no_answer_that_is_not_taken() {
        let progress = Progress::new(Phase::Request);
        progress.requested();
        let (_, since) = progress.now();
        progress.written();
        sleep(Duration::from_millis(1));
        progress.requested();
        assert_eq!(progress.now(), (Phase::Response { begun: false }, since));
        progress.written();
        progress.flushed();
        assert_eq!(progress.now().0, Phase::Idle);
        sleep(Duration::from_millis(1));
        progress.requested();
        assert!(progress.now().1 > since, "the answer before was taken");
    }
}
