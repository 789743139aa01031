// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections between the same hosts that are no FTP data, on ports that were used for data.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use testbed::{End, Host, Lab, Segment, converse, now};

use crate::{cells::Family, network::Network, truth::Kind};

/// Kind of a connection from port 20, which is FTP data by its port alone.
const FROM_20: Kind = Kind::Data { mode: "active", evidence: "port20" };

/// The hosts of the decoys, and all that were made.
pub struct Decoys<'n> {
    network: &'n Network,
    other: Host,
    at_other: End,
    at_client: TcpListener,
    at_server: TcpListener,
    made: Mutex<HashMap<[SocketAddr; 2], Vec<Made>>>,
    /// Number of decoys with both ports of a transfer.
    pub same_ports: AtomicUsize,
}

/// Time of a decoy, and its kind.
type Made = (Duration, Kind);

impl<'n> Decoys<'n> {
    /// Creates decoys, with a third host at the router, and a listener at client and server.
    pub fn new(lab: &Lab, network: &'n Network) -> Self {
        let other = lab.host("other");
        let (router_to_other, at_other) = lab.link(&network.router, &other);
        other.run("ip", &["route", "add", "default", "via", &router_to_other.v4.to_string()]);
        other.run("ip", &["-6", "route", "add", "default", "via", &router_to_other.v6.to_string()]);
        let any = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let [at_client, at_server] = [&network.client, &network.server].map(|host| host.listen(any));
        Self {
            network,
            other,
            at_other,
            at_client,
            at_server,
            made: Mutex::default(),
            same_ports: AtomicUsize::new(0),
        }
    }

    /// Connects to ports that were not announced, while transfers run.
    pub fn unannounced(&self, family: Family) {
        let Network { client, server, at_client, at_server, .. } = self.network;
        let [here, there, third] = [at_client, at_server, &self.at_other].map(|end| address(end, family));
        self.make((client, here, 0), there, &self.at_server);
        self.make((server, there, 0), here, &self.at_client);
        self.make((&self.other, third, 0), there, &self.at_server);
    }

    /// Connects from port 20 of the server to a port that was not announced.
    pub fn of_port_20(&self, family: Family) {
        let [here, there] =
            [&self.network.at_client, &self.network.at_server].map(|end| address(end, family));
        self.make((&self.network.server, there, 20), here, &self.at_client);
    }

    /// Connects to the port of a download's data after its end: from the same port if possible, from another
    /// one, and from a third host.
    pub fn afterwards(&self, family: Family, data: &Segment) {
        let [client, server] = [&self.network.client, &self.network.server];
        let is_passive = data.to.ip() == address(&self.network.at_server, family);
        let (near, far) = if is_passive { (client, server) } else { (server, client) };
        let listener = far.listen(data.to);
        // Who closes first cannot connect from the same port for a while: the server when it sends, and now and then a
        // client that knows the size.
        if is_passive && near.is_free(data.from) {
            self.same_ports.fetch_add(1, Ordering::Relaxed);
            self.make((near, data.from.ip(), data.from.port()), data.to.ip(), &listener);
        }
        self.make((near, data.from.ip(), 0), data.to.ip(), &listener);
        self.make((&self.other, address(&self.at_other, family), 0), data.to.ip(), &listener);
    }

    fn make(&self, (host, from, port): (&Host, IpAddr, u16), to: IpAddr, listener: &TcpListener) {
        let since = now();
        let to = (to, listener.local_addr().expect("it listens").port()).into();
        let connected = host.connect((from, port).into(), to);
        let from = connected.local_addr().expect("it is bound");
        let kind = if from.port() == 20 { FROM_20 } else { Kind::Other };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(ends(from, to)).or_default().push((since, kind));
        drop(made);
        converse(&connected, listener);
    }

    /// Returns the kind of a segment of a decoy.
    pub fn kind(&self, segment: &Segment) -> Option<Kind> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let same_ends = made.get(&ends(segment.from, segment.to))?;
        same_ends.iter().find(|(since, _)| segment.at >= *since).map(|(_, kind)| *kind)
    }
}

/// Returns both directions of a connection.
fn ends(from: SocketAddr, to: SocketAddr) -> [SocketAddr; 2] {
    [from.min(to), from.max(to)]
}

/// Returns an end's address.
pub fn address(end: &End, family: Family) -> IpAddr {
    match family {
        Family::V4 => IpAddr::V4(end.v4),
        Family::V6 => IpAddr::V6(end.v6),
    }
}
