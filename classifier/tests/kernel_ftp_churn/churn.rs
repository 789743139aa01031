// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The transfers, with other connections at the same time.

use std::{
    collections::BTreeSet,
    iter,
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use testbed::{Segment, converse, servers::Ftp};

use crate::{network::Network, truth::Kind};

/// Number of concurrent clients. Each has several sessions, with several transfers each.
const CLIENTS: usize = 50;
const SESSIONS: usize = 4;
const TRANSFERS: usize = 10;

/// Number of all transfers.
pub const ALL: usize = CLIENTS * SESSIONS * TRANSFERS;

/// Bytes of a transfer.
const LENGTH: usize = 3000;

/// Number of other connections.
const DECOYS: usize = 200;

/// Expected class of all transfers.
const DATA: Kind = Kind::Data { mode: "passive", evidence: "announced" };

/// Client and server, the transferred file, and the target of other connections.
pub struct Churn<'n> {
    network: &'n Network,
    server: &'n Ftp,
    decoys: TcpListener,
    decoys_at: SocketAddr,
}

impl<'n> Churn<'n> {
    pub fn new(network: &'n Network, server: &'n Ftp) -> Self {
        server.publish("short", &[b'x'; LENGTH]);
        let decoys = network.server.listen((network.at_server.v4, 0).into());
        let decoys_at = decoys.local_addr().expect("it listens");
        Self { network, server, decoys, decoys_at }
    }

    /// Makes all transfers: one half after PASV, the other after EPSV, of which one half is over IPv6.
    pub fn make(&self) {
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                scope.spawn(move || (0..SESSIONS).for_each(|session| self.session(client + session)));
            }
            for _ in 0..DECOYS {
                let connected =
                    self.network.client.connect((self.network.at_client.v4, 0).into(), self.decoys_at);
                converse(&connected, &self.decoys);
                thread::sleep(Duration::from_millis(10));
            }
        });
    }

    fn session(&self, number: usize) {
        let (v4, v6) = (self.network.at_server.v4, self.network.at_server.v6);
        let (how, host): (&[&str], _) = match number % 4 {
            0 => (&[], v4.to_string()),
            2 => (&[], format!("[{v6}]")),
            _ => (&["--disable-epsv"], v4.to_string()),
        };
        let url = format!("ftp://{host}/pub/short");
        let always = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"];
        let login = ["--user", self.server.login()];
        let urls: Vec<_> = iter::repeat_n(url.as_str(), TRANSFERS).collect();
        let read = self.network.client.run("curl", &[&always[..], &login, how, &urls].concat());
        assert_eq!(read.len(), LENGTH * TRANSFERS, "{how:?} {url}");
    }

    /// Asserts that every transfer took place, since a missing one proves nothing. Returns the number of data
    /// segments.
    pub fn was_made(&self, segments: &[Segment]) -> usize {
        let of_kind = |kind| segments.iter().filter(move |segment| self.kind(segment) == kind);
        let opening = |kind| of_kind(kind).filter(|segment| segment.opens());
        let data: BTreeSet<_> = opening(DATA).map(|segment| (segment.from, segment.to)).collect();
        assert_eq!(data.len(), ALL, "data connections");
        // Their ports may be reused.
        assert!(opening(Kind::Other).count() >= DECOYS, "too few decoys");
        for command in ["PASV", "EPSV"] {
            let is_it = |segment: &&Segment| segment.data.starts_with(command.as_bytes());
            let sent = of_kind(Kind::Control).filter(is_it).count();
            // A busy machine may send a segment twice.
            assert!((ALL / 2..ALL * 3 / 4).contains(&sent), "{command}: {sent}");
        }
        of_kind(DATA).count()
    }

    /// Returns the kind of a segment: in the laboratory, everything but control and decoys is data.
    pub fn kind(&self, segment: &Segment) -> Kind {
        if segment.has_port(21) {
            Kind::Control
        } else if [segment.from, segment.to].contains(&self.decoys_at) {
            Kind::Other
        } else {
            DATA
        }
    }
}
