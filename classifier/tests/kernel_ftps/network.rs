// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Client, server and a third host, with a router between them.

use std::net::IpAddr;

use testbed::{End, Host, Lab};

/// Three hosts around a router.
pub struct Network {
    pub client: Host,
    pub server: Host,
    pub stranger: Host,
    pub router: Host,
    /// Ends of the hosts' links at the hosts, in their order.
    far: [End; 3],
    near: [End; 3],
}

/// An interface of a host.
#[derive(Clone, Copy)]
pub struct Place<'n> {
    pub host: &'n Host,
    pub interface: &'n str,
}

impl Network {
    pub fn new() -> Self {
        let lab = Lab::new();
        let [client, server, stranger, router] =
            ["client", "server", "stranger", "router"].map(|name| lab.host(name));
        for setting in ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"] {
            router.sysctl(setting, "1");
        }
        let links = [&client, &server, &stranger].map(|host| {
            let (near, far) = lab.link(&router, host);
            host.run("ip", &["route", "add", "default", "via", &near.v4.to_string()]);
            host.run("ip", &["-6", "route", "add", "default", "via", &near.v6.to_string()]);
            (near, far)
        });
        let (near, far) = (links.each_ref().map(|link| link.0.clone()), links.map(|link| link.1));
        let network = Self { client, server, stranger, router, far, near };
        // Segments cross the captures one by one, as on a wire.
        let off = ["tso", "gso", "gro", "tx", "rx"].map(|offload| [offload, "off"]);
        for Place { host, interface } in network.places() {
            host.run("ethtool", &[&["-K", interface], off.as_flattened()].concat());
        }
        network
    }

    /// Places of the agents: at the client, at the server, at the router towards each of them.
    pub fn vantage_points(&self) -> [Place<'_>; 4] {
        let [at_client, at_server, _, to_client, to_server, _] = self.places();
        [at_client, at_server, to_client, to_server]
    }

    /// Lists every end of every link.
    pub fn places(&self) -> [Place<'_>; 6] {
        let [client, server, stranger] = &self.far;
        let [to_client, to_server, to_stranger] = &self.near;
        [
            (&self.client, client),
            (&self.server, server),
            (&self.stranger, stranger),
            (&self.router, to_client),
            (&self.router, to_server),
            (&self.router, to_stranger),
        ]
        .map(|(host, end)| Place { host, interface: &end.name })
    }

    /// Returns the addresses of the client, IPv4 first.
    pub fn client_addresses(&self) -> [IpAddr; 2] {
        addresses(&self.far[0])
    }

    /// Returns the addresses of the server, IPv4 first.
    pub fn server_addresses(&self) -> [IpAddr; 2] {
        addresses(&self.far[1])
    }
}

fn addresses(end: &End) -> [IpAddr; 2] {
    [end.v4.into(), end.v6.into()]
}
