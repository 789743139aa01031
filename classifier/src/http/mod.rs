// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The HTTP server.
//!
//! | path | answer |
//! | --- | --- |
//! | `/metrics`, or what `--telemetry-path` says | a scrape: text format 0.0.4, or `OpenMetrics` 1.0 when `Accept` asks for it |
//! | `/` | a page for people ([`crate::page`]); with `/?refresh=10` or `/?refresh=60` it loads itself again |
//! | `/-/healthy` | 200 while the process lives |
//! | `/-/ready` | 200 once every wanted interface is attached, else 503 with the reasons |
//! | `/-/reload` | POST reads the settings again: 200, 500 with the error, or 403 without `--enable-reload` |
//!
//! A web configuration ([`crate::web`]) applies to every path.
//!
//! Built on hyper itself: four paths need no router, and the bounds that a server on a host's edge needs
//! (header size, a time for every phase, evictions at the limit of connections) are closer to hyper's
//! connection than axum lets one come. A scrape takes microseconds, so it runs where the request is read.

use std::time::Duration;

mod bind;
mod compression;
mod connection;
mod endpoints;
mod handshake;
mod negotiation;
mod phase;
mod server;
mod site;

pub use self::{
    bind::{BindError, bind},
    endpoints::Endpoints,
    server::serve,
    site::Site,
};

/// Limits on the resources that clients can use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most connections. A further one evicts the connection that was inactive for longest, so that a scrape
    /// gets through.
    pub connections: usize,
    /// Most TLS handshakes, with the same eviction: new clients cannot evict those that have completed
    /// theirs.
    pub handshakes: usize,
    /// Time from the connection to the end of its TLS handshake.
    pub handshake_time: Duration,
    /// Most bytes of a request's line and headers.
    pub header_bytes: usize,
    /// Time from the connection, its handshake or the first byte to the end of the headers.
    pub header_time: Duration,
    /// Time from the end of the headers until the client has read the answer.
    pub response_time: Duration,
    /// Time between an answer and the next request. It is longer than usual scrape intervals.
    pub idle_time: Duration,
    /// Time for pending answers when the server ends.
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
