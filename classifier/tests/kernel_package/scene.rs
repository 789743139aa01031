// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A fresh Debian between the wire and its administrator.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use testbed::{End, Host, Lab, Machine, Running, Samples, System};

pub struct Scene {
    pub machine: Machine,
    pub system: System,
    pub host: Host,
    client: Host,
    at_host: End,
}

impl Scene {
    /// Boots a machine with one link to a client, without an agent yet.
    pub fn new() -> Self {
        let lab = Lab::new();
        let [client, host] = ["client", "server"].map(|name| lab.host(name));
        let (_, at_host) = lab.link(&client, &host);
        let system = System::fresh();
        let machine = Machine::boot(&host, &system);
        Self { machine, system, host, client, at_host }
    }

    pub fn install(&self, package: &Path) {
        let package = self.system.take(package);
        self.machine.run(&["dpkg", "--install", &package]);
    }

    /// Sends this many echo requests from the client.
    pub fn ping(&self, count: u32) {
        let mut pings = self.pings(count);
        assert!(pings.wait().success(), "{}", pings.said());
    }

    /// Sends echo requests in the background.
    pub fn pings(&self, count: u32) -> Running {
        let (count, address) = (count.to_string(), self.at_host.v4.to_string());
        self.client.spawn("ping", &["-n", "-q", "-c", &count, "-i", "0.02", &address])
    }

    /// Returns the echo requests that the agent has counted.
    pub fn counted(&self) -> u64 {
        let requests = [("interface", self.at_host.name.as_str()), ("direction", "ingress"), ("type", "8")];
        self.metrics().sum("classifier_icmp_packets_total", &requests)
    }

    /// Returns the agent's metrics.
    pub fn metrics(&self) -> Samples {
        let url = "http://127.0.0.1:9877/metrics";
        Samples::parse(&self.host.run("curl", &["-sSf", "--noproxy", "*", url]))
    }

    /// Waits until a condition is true, for at most half a minute.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so(self) {
            assert!(Instant::now() < deadline, "the machine never {what}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Returns a property of the service in systemd.
    pub fn property(&self, name: &str) -> String {
        let show = ["systemctl", "show", "classifier", "--value", "--property", name];
        self.machine.run(&show).trim().to_owned()
    }

    pub fn is_active(&self) -> bool {
        self.machine.does(&["systemctl", "is-active", "--quiet", "classifier"])
    }
}
