//! The transfers, with other connections beside them.

use std::{
    collections::BTreeSet,
    iter,
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use testbed::{Segment, converse, servers::Ftp};

use crate::{network::Network, truth::Kind};

/// So many clients go on at a time, each so many times with a session of its own, of so many transfers.
const CLIENTS: usize = 50;
const SESSIONS: usize = 4;
const TRANSFERS: usize = 10;

/// Transfers in all.
pub const ALL: usize = CLIENTS * SESSIONS * TRANSFERS;

/// Bytes of a transfer.
const LENGTH: usize = 3000;

/// Other connections beside them.
const DECOYS: usize = 200;

/// What all of it must be counted as.
const DATA: Kind = Kind::Data { mode: "passive", evidence: "announced" };

/// Client and server, what is fetched, and where other connections go.
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
                let dialled = self.network.client.dial((self.network.at_client.v4, 0).into(), self.decoys_at);
                converse(&dialled, &self.decoys);
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

    /// A transfer that did not take place proves nothing. Gives the number of segments of data.
    pub fn was_made(&self, segments: &[Segment]) -> usize {
        let of_kind = |kind| segments.iter().filter(move |segment| self.kind(segment) == kind);
        let opening = |kind| of_kind(kind).filter(|segment| segment.opens());
        let data: BTreeSet<_> = opening(DATA).map(|segment| (segment.from, segment.to)).collect();
        assert_eq!(data.len(), ALL, "data connections");
        // Their ports may come again.
        assert!(opening(Kind::Other).count() >= DECOYS, "too few decoys");
        for command in ["PASV", "EPSV"] {
            let is_it = |segment: &&Segment| segment.data.starts_with(command.as_bytes());
            let sent = of_kind(Kind::Control).filter(is_it).count();
            // A busy machine may send one twice.
            assert!((ALL / 2..ALL * 3 / 4).contains(&sent), "{command}: {sent}");
        }
        of_kind(DATA).count()
    }

    /// In the laboratory, what is neither control nor a decoy is data.
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
