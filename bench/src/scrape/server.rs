// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The scraped servers.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use testbed::{End, Host, Lab, Running};

use super::{client::Client, count};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Classifier,
    NodeExporter,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Classifier => "classifier",
            Self::NodeExporter => "node_exporter",
        }
    }

    fn address(self) -> SocketAddr {
        let port = match self {
            Self::Classifier => 9877,
            Self::NodeExporter => 9100,
        };
        ([127, 0, 0, 1], port).into()
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Classifier => &["run"],
            Self::NodeExporter => &[
                "--collector.disable-defaults",
                "--collector.netdev",
                "--web.listen-address=127.0.0.1:9100",
                "--log.level=error",
            ],
        }
    }

    /// Path that is answered with status 200 as soon as the server is ready.
    fn ready(self) -> &'static str {
        match self {
            Self::Classifier => "/-/ready",
            Self::NodeExporter => "/",
        }
    }
}

/// A running server and a connection to it. Both end with this guard.
pub struct Server {
    pub kind: Kind,
    pub interfaces: u32,
    pub client: Client,
    process: Running,
}

impl Server {
    /// Starts the server and waits until it is ready.
    pub fn start(kind: Kind, place: &Place, program: &Path) -> Result<Self> {
        let interfaces = u32::try_from(place.ends.len())?;
        let program = program.to_str().context("a path in UTF-8")?;
        let mut process = place.host.spawn(program, kind.arguments());
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            // The connection is refused at first. Later the agent's socket queues it until the agent is
            // ready.
            if let Ok(mut client) = Client::connect(&place.host, kind.address()) {
                if let Err(error) = client.get(kind.ready(), "") {
                    process.interrupt();
                    return Err(error.context(format!("{program} is not ready: {}", process.said())));
                }
                return Ok(Self { kind, interfaces, client, process });
            }
            if process.ended().is_some() || Instant::now() > deadline {
                bail!("{program} does not listen: {}", process.said());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Returns the process ID.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Returns the name of the server in tables.
    pub fn name(&self) -> String {
        format!("{}, {}", self.kind.name(), count(self.interfaces, "interface"))
    }

    /// Stops the server gracefully, outside any measurement.
    pub fn stop(mut self) {
        self.process.interrupt();
    }
}

/// A host with interfaces, and the host of their other ends.
pub struct Place {
    pub host: Host,
    pub ends: Vec<End>,
    _peer: Host,
}

impl Place {
    /// Creates a host with this many interfaces.
    pub fn new(interfaces: u32) -> Self {
        let lab = Lab::new();
        let (host, peer) = (lab.host("counted"), lab.host("peer"));
        let ends = (0..interfaces).map(|_| lab.wire(&host, &peer, 1500).0).collect();
        Self { host, ends, _peer: peer }
    }
}

/// Finds Debian's `node_exporter`, unpacked by `dpkg -x` among the tools or installed.
pub fn node_exporter() -> Option<PathBuf> {
    const PROGRAM: &str = "usr/bin/prometheus-node-exporter";
    let unpacked = std::env::var_os("CLASSIFIER_TOOLS")
        .map(|tools| PathBuf::from(tools).join("servers/prometheus-node-exporter").join(PROGRAM));
    let installed = Path::new("/").join(PROGRAM);
    unpacked.into_iter().chain([installed]).find(|program| program.is_file())
}
