//! Client, router and server, and what is seen between them.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Capture, End, Host, Lab, Samples, Traffic};

use crate::dissection::{Dissected, dissect};

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

/// What crossed an interface, by its capture and by its own counters.
pub struct Seen {
    pub packets: Vec<Dissected>,
    pub traffic: Traffic,
}

impl Network {
    pub fn new() -> Self {
        let lab = Lab::new();
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
        Self { client, router, server, at_client, router_to_client, router_to_server, at_server }
    }

    pub fn places(&self) -> [Place<'_>; 4] {
        let place = |host, end: &'_ End| Place { host, interface: &end.name };
        [
            place(&self.client, &self.at_client),
            place(&self.router, &self.router_to_client),
            place(&self.router, &self.router_to_server),
            place(&self.server, &self.at_server),
        ]
    }

    /// Captures at these places and runs agents while `talk` talks, so that all of them see the same packets.
    pub fn observe(
        &self,
        places: &[Place<'_>],
        snap: &str,
        agents: impl Fn() -> Vec<Agent>,
        talk: impl FnOnce(),
    ) -> (Vec<Seen>, Vec<Samples>) {
        let (agents, captures, before) = self.begin(places, snap, agents);
        talk();
        self.wait_until_quiet();
        let after = traffic(places);
        let samples = agents.iter().map(Agent::metrics).collect();
        let packets = stop(captures, places);
        assert_eq!(traffic(places), after, "packets after the end");
        agents.into_iter().for_each(Agent::stop);
        let crossed = before.iter().zip(&after).map(|(before, after)| difference(before, after));
        let seen = packets.into_iter().zip(crossed).map(|(packets, traffic)| Seen { packets, traffic });
        (seen.collect(), samples)
    }

    fn begin(
        &self,
        places: &[Place<'_>],
        snap: &str,
        agents: impl Fn() -> Vec<Agent>,
    ) -> (Vec<Agent>, Vec<Capture>, Vec<Traffic>) {
        for _ in 0..5 {
            self.wait_until_quiet();
            let before = traffic(places);
            let agents = agents();
            let capture = |place: &Place<'_>| place.host.capture(place.interface, &["-s", snap]);
            let captures = places.iter().map(capture).collect();
            if traffic(places) == before {
                return (agents, captures, before);
            }
        }
        panic!("never quiet for as long as it takes to start");
    }

    /// Waits until no packet has crossed any link for 300 ms.
    fn wait_until_quiet(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut last = (Instant::now(), traffic(&self.places()));
        while last.0.elapsed() < Duration::from_millis(300) {
            assert!(Instant::now() < deadline, "never quiet");
            thread::sleep(Duration::from_millis(30));
            let now = traffic(&self.places());
            if now != last.1 {
                last = (Instant::now(), now);
            }
        }
    }
}

/// Keeps a host from sending what nobody asked for, and from holding ICMP errors back.
fn calm(host: &Host) {
    for (setting, value) in [
        ("net/ipv6/conf/default/router_solicitations", "0"),
        ("net/ipv4/neigh/default/delay_first_probe_time", "600"),
        ("net/ipv6/neigh/default/delay_first_probe_time", "600"),
        ("net/ipv4/icmp_ratelimit", "0"),
        ("net/ipv6/icmp/ratelimit", "0"),
    ] {
        host.sysctl(setting, value);
    }
}

/// Has the kernel cut, join and check nothing at this end.
pub fn without_offloads(place: Place<'_>) {
    let off = ["tso", "gso", "gro", "tx", "rx"].map(|offload| [offload, "off"]);
    let arguments = [&["-K", place.interface], off.as_flattened()].concat();
    place.host.run("ethtool", &arguments);
}

/// The MAC address of an interface.
pub fn mac(place: Place<'_>) -> String {
    let line = place.host.run("ip", &["-oneline", "link", "show", "dev", place.interface]);
    let (_, rest) = line.split_once("link/ether ").expect("an Ethernet interface");
    rest.split(' ').next().expect("an address").to_owned()
}

fn traffic(places: &[Place<'_>]) -> Vec<Traffic> {
    places.iter().map(|place| place.host.traffic(place.interface)).collect()
}

fn difference(before: &Traffic, after: &Traffic) -> Traffic {
    Traffic {
        rx_bytes: after.rx_bytes - before.rx_bytes,
        rx_packets: after.rx_packets - before.rx_packets,
        rx_dropped: after.rx_dropped - before.rx_dropped,
        tx_bytes: after.tx_bytes - before.tx_bytes,
        tx_packets: after.tx_packets - before.tx_packets,
        tx_dropped: after.tx_dropped - before.tx_dropped,
    }
}

/// Ends all captures side by side.
fn stop(captures: Vec<Capture>, places: &[Place<'_>]) -> Vec<Vec<Dissected>> {
    thread::scope(|scope| {
        let stop = |(capture, place): (Capture, Place<'_>)| scope.spawn(move || finish(capture, &mac(place)));
        let ending: Vec<_> = captures.into_iter().zip(places.iter().copied()).map(stop).collect();
        ending.into_iter().map(|one| one.join().expect("a whole capture")).collect()
    })
}

fn finish(capture: Capture, mac: &str) -> Vec<Dissected> {
    // Packets reach tcpdump in blocks, once a second at the latest.
    thread::sleep(Duration::from_millis(1200));
    let packets = dissect(capture.file(), mac);
    assert_eq!(packets.len(), capture.stop().len(), "packets that tshark and the file hold");
    packets
}
