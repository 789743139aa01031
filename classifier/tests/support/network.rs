// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Client, router and server.

use std::time::Duration;

use testbed::{End, Host, Lab, Traffic};

/// `client - router - server`.
pub struct Network {
    pub client: Host,
    pub router: Host,
    pub server: Host,
    pub at_client: End,
    pub router_to_client: End,
    pub router_to_server: End,
    pub at_server: End,
}

/// An interface of a host.
#[derive(Clone, Copy)]
pub struct Place<'n> {
    pub host: &'n Host,
    pub interface: &'n str,
}

impl<'n> Place<'n> {
    const fn of(host: &'n Host, end: &'n End) -> Self {
        Self { host, interface: end.name.as_str() }
    }

    /// Returns the MAC address of the interface.
    pub fn mac(self) -> String {
        let line = self.host.run("ip", &["-oneline", "link", "show", "dev", self.interface]);
        let (_, rest) = line.split_once("link/ether ").expect("an Ethernet interface");
        rest.split(' ').next().expect("an address").to_owned()
    }
}

impl Network {
    pub fn new(lab: &Lab) -> Self {
        let [client, router, server] = ["client", "router", "server"].map(|name| lab.host(name));
        for host in [&client, &router, &server] {
            calm(host);
        }
        for setting in ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"] {
            router.sysctl(setting, "1");
        }
        let (at_client, router_to_client) = lab.link(&client, &router);
        let (router_to_server, at_server) = lab.link(&router, &server);
        for (host, gateway) in [(&client, &router_to_client), (&server, &router_to_server)] {
            host.run("ip", &["route", "add", "default", "via", &gateway.v4.to_string()]);
            host.run("ip", &["-6", "route", "add", "default", "via", &gateway.v6.to_string()]);
        }
        let network =
            Self { client, router, server, at_client, router_to_client, router_to_server, at_server };
        for Place { host, interface } in network.places() {
            for family in ["ipv4", "ipv6"] {
                // Neighbours are not probed again.
                host.sysctl(&format!("net/{family}/neigh/{interface}/delay_first_probe_time"), "600");
            }
        }
        network
    }

    pub fn places(&self) -> [Place<'_>; 4] {
        [
            Place::of(&self.client, &self.at_client),
            Place::of(&self.router, &self.router_to_client),
            Place::of(&self.router, &self.router_to_server),
            Place::of(&self.server, &self.at_server),
        ]
    }

    /// Waits until every TCP connection has ended, and no packet has crossed any link for this time.
    pub fn wait_until_quiet(&self, so_long: Duration) {
        testbed::wait_until_quiet(&self.places().map(|place| (place.host, place.interface)), so_long);
    }
}

/// Returns the interfaces' own counters.
pub fn traffic(places: &[Place<'_>]) -> Vec<Traffic> {
    places.iter().map(|place| place.host.traffic(place.interface)).collect()
}

/// Disables spontaneous traffic of a host, and its rate limit of ICMP errors.
fn calm(host: &Host) {
    for (setting, value) in [
        ("net/ipv6/conf/default/router_solicitations", "0"),
        ("net/ipv4/icmp_ratelimit", "0"),
        ("net/ipv6/icmp/ratelimit", "0"),
    ] {
        host.sysctl(setting, value);
    }
}

/// Disables segmentation, merging and checksum offloads at this end.
pub fn without_offloads(place: Place<'_>) {
    let off = ["tso", "gso", "gro", "tx", "rx"].map(|offload| [offload, "off"]);
    let arguments = [&["-K", place.interface], off.as_flattened()].concat();
    place.host.run("ethtool", &arguments);
}
