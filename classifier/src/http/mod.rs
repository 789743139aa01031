//! The HTTP server.
//!
//! | path | answer |
//! | --- | --- |
//! | `/metrics`, or what `--telemetry-path` says | a scrape: text format 0.0.4, or `OpenMetrics` 1.0 when `Accept` asks for it |
//! | `/` | a page for people ([`crate::page`]); `/?refresh` asks for itself again every ten seconds |
//! | `/-/healthy` | 200 while the process lives |
//! | `/-/ready` | 200 once every wanted interface is attached, else 503 with the reasons |
//! | `/-/reload` | POST reads the settings again: 200, 500 with what is wrong, or 403 without `--enable-reload` |
//!
//! Where there is a web configuration ([`crate::web`]), it stands before all of them.
//!
//! Built on hyper itself: four paths need no router, and the bounds that a server on a host's edge needs
//! (header size, a time for every phase, who gives way when it is crowded) are closer to hyper's
//! connection than axum lets one come. A scrape takes microseconds, so it runs where the request is read.

use std::{io, net::SocketAddr, time::Duration};

use thiserror::Error;

mod bind;
mod compression;
mod connection;
mod endpoints;
mod handshake;
mod negotiation;
mod phase;
mod server;
mod site;

pub use self::{bind::bind, endpoints::Endpoints, server::serve, site::Site};

/// How much of the agent clients can take up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time; a further one takes the place of the one that has done nothing for
    /// the longest time, so that a scrape gets through whoever else is there.
    pub connections: usize,
    /// TLS handshakes at the same time, likewise: those who are through are not driven out by those who begin.
    pub handshakes: usize,
    /// From the connection to the end of its TLS handshake.
    pub handshake_time: Duration,
    /// Bytes of a request's line and headers.
    pub header_bytes: usize,
    /// From the connection, its handshake or the first byte to the end of the headers.
    pub header_time: Duration,
    /// From the end of the headers to the last byte of the answer taken.
    pub response_time: Duration,
    /// Between an answer and the next request. Longer than the usual scrape intervals.
    pub idle_time: Duration,
    /// For answers under way when the server ends.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            handshakes: 32,
            handshake_time: Duration::from_secs(5),
            header_bytes: 16 * 1024,
            header_time: Duration::from_secs(5),
            response_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(150),
            shutdown_time: Duration::from_secs(2),
        }
    }
}

/// The server cannot listen.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {cause}; {remedy}")]
pub struct BindError {
    /// Where it should.
    pub address: SocketAddr,
    /// The kernel's answer.
    #[source]
    pub cause: io::Error,
    /// What helps.
    pub remedy: &'static str,
}
