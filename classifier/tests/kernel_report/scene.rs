// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A client and a server with an agent, whose pins outlive it.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    process::Output,
    thread,
    time::{Duration, Instant},
};

use classifier::datapath::{PinnedState, view};
use testbed::{End, Host, Lab, Pins, Traffic, servers::Folder};

use crate::BINARY;

/// Time within which late answers arrive.
const QUIET: Duration = Duration::from_millis(200);

pub struct Scene {
    pub client: Host,
    pub server: Host,
    pub at_client: End,
    pub at_server: End,
    pub pins: Pins,
    files: Folder,
}

impl Scene {
    pub fn new() -> Self {
        let lab = Lab::new();
        let [client, server] = ["client", "server"].map(|name| lab.host(name));
        for host in [&client, &server] {
            host.sysctl("net/ipv6/conf/default/router_solicitations", "0");
            host.sysctl("net/ipv4/icmp_ratelimit", "0");
            host.sysctl("net/ipv6/icmp/ratelimit", "0");
        }
        let (at_client, at_server) = lab.link(&client, &server);
        for (host, end) in [(&client, &at_client), (&server, &at_server)] {
            // Without GSO, a packet of nft's counters is one on the wire.
            let off = ["tso", "gso", "gro", "tx", "rx"].map(|offload| [offload, "off"]);
            host.run("ethtool", &[&["-K", &end.name], off.as_flattened()].concat());
            host.run("ip", &["link", "set", "dev", &end.name, "gso_max_segs", "1"]);
        }
        Self { client, server, at_client, at_server, pins: Pins::mounted(), files: Folder::new("report") }
    }

    /// Returns the server's addresses.
    pub fn there(&self) -> [IpAddr; 2] {
        [IpAddr::V4(self.at_server.v4), IpAddr::V6(self.at_server.v6)]
    }

    /// Returns the pin directory.
    pub fn folder(&self) -> PathBuf {
        Path::new(&self.pins.folder("classifier")).to_owned()
    }

    /// Starts an agent, which attaches, and ends it.
    pub fn attach(&self) {
        self.attach_with(&[]);
    }

    /// Starts an agent with further arguments, and ends it.
    pub fn attach_with(&self, arguments: &[&str]) {
        let folder = self.folder();
        let folder = folder.to_str().expect("a path");
        let always = ["-i", &self.at_server.name, "--pin-dir", folder];
        self.server.agent(BINARY, &[&always, arguments].concat()).leave();
    }

    /// Runs `classifier report` on the server, without an agent.
    pub fn report(&self, arguments: &[&str]) -> String {
        let output = self.try_report(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    pub fn try_report(&self, arguments: &[&str]) -> Output {
        self.try_report_on(&self.server, arguments)
    }

    /// Runs `classifier report` on a host, which may lack the observed interfaces.
    pub fn try_report_on(&self, host: &Host, arguments: &[&str]) -> Output {
        let mut command = host.command(BINARY);
        command.args(["report", "--pin-dir"]).arg(self.folder()).args(arguments);
        command.output().expect("it runs")
    }

    /// Loads a ruleset on the server.
    pub fn enforce(&self, ruleset: &str) {
        let file = self.files.write("ruleset.nft", ruleset);
        self.server.run("nft", &["-f", &file]);
    }

    /// Writes a text to a file.
    pub fn keep(&self, name: &str, text: &str) -> String {
        self.files.write(name, text)
    }

    /// Reads all pins.
    pub fn look(&self) -> PinnedState {
        view(&self.folder()).expect("it is pinned").look().expect("it can be looked at")
    }

    /// Waits until nothing has crossed the link for a while.
    pub fn wait_until_quiet(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let traffic = || -> Traffic { self.server.traffic(&self.at_server.name) };
        let mut last = (Instant::now(), traffic());
        while last.0.elapsed() < QUIET {
            assert!(Instant::now() < deadline, "never quiet");
            thread::sleep(QUIET / 10);
            let now = traffic();
            if now != last.1 {
                last = (Instant::now(), now);
            }
        }
    }

    /// Returns the ruleset's counters: packets by counter.
    pub fn enforced(&self) -> Vec<(String, u64)> {
        let text = self.server.run("nft", &["list", "counters", "table", "inet", "classifier_host"]);
        let mut counters = Vec::new();
        let mut name = None;
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("counter ") {
                name = rest.split(' ').next().map(str::to_owned);
            } else if let (Some(rest), Some(name)) = (line.strip_prefix("packets "), name.take()) {
                let packets = rest.split(' ').next().and_then(|count| count.parse().ok());
                counters.push((name, packets.expect("a number")));
            }
        }
        assert!(!counters.is_empty(), "{text}");
        counters
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let mut command = self.server.command(BINARY);
        // Anything left is removed with the filesystem and the hosts.
        let _ = command.args(["detach", "--pin-dir"]).arg(self.folder()).output();
        let _ = fs::remove_dir(self.folder());
    }
}
