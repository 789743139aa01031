// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Two hosts with an agent on each: egress of one is ingress of the other.

use testbed::{Agent, End, Host, Lab, Samples, servers::Folder};

use crate::BINARY;

/// Ports in addition to the known ones and submission, with the fate of connections to them.
pub const REFUSED: u16 = 2525;
pub const DROPPED: u16 = 2526;
pub const REJECTED: u16 = 2527;

const CONFIGURATION: &str = "\
[[port]]
protocol = \"refused\"
transport = \"tcp\"
ports = [2525]

[[port]]
protocol = \"dropped\"
transport = \"tcp\"
ports = [2526]

[[port]]
protocol = \"rejected\"
transport = \"tcp\"
ports = [2527]

[[port]]
protocol = \"submission\"
transport = \"tcp\"
ports = [587]
speaks = \"smtp\"
";

const RULES: &str = "\
table inet t {
    chain c {
        type filter hook input priority 0
        tcp dport 2526 drop
        tcp dport 2527 reject with icmpx type admin-prohibited
    }
}
";

/// The hosts and the link between them.
pub struct Scene {
    pub client: Host,
    pub server: Host,
    pub at_client: End,
    pub at_server: End,
    folder: Folder,
    _lab: Lab,
}

impl Scene {
    pub fn new() -> Self {
        let lab = Lab::new();
        let (client, server) = (lab.host("client"), lab.host("server"));
        let (at_client, at_server) = lab.link(&client, &server);
        let folder = Folder::new("connections");
        folder.write("classifier.toml", CONFIGURATION);
        Self { client, server, at_client, at_server, folder, _lab: lab }
    }

    /// Drops some ports, and rejects others with an ICMP error.
    pub fn firewall(&self) {
        let file = self.folder.write("rules.nft", RULES);
        self.server.run("nft", &["-f", &file]);
        self.unlimited_errors();
    }

    /// Disables the rate limit of ICMP errors on both hosts.
    pub fn unlimited_errors(&self) {
        for host in [&self.client, &self.server] {
            host.sysctl("net/ipv4/icmp_ratelimit", "0");
            host.sysctl("net/ipv4/icmp_msgs_per_sec", "1000000");
            host.sysctl("net/ipv4/icmp_msgs_burst", "1000000");
            host.sysctl("net/ipv6/icmp/ratelimit", "0");
        }
    }

    /// Starts agents on both hosts.
    pub fn agents(&self) -> [Agent; 2] {
        let file = self.folder.join("classifier.toml");
        [(&self.client, &self.at_client), (&self.server, &self.at_server)]
            .map(|(host, end)| host.agent(BINARY, &["-i", &end.name, "-c", &file, "--top-sources", "4"]))
    }
}

/// Returns the outcomes of one direction by protocol and outcome, without those of 0.
pub fn outcomes(samples: &Samples, direction: &str) -> Vec<(String, u64)> {
    let all = samples.of("classifier_tcp_connections_total", &[]);
    let all = all.filter(|sample| sample.label("direction") == direction && sample.value > 0.0);
    let mut all: Vec<_> = all
        .map(|sample| {
            let name = format!("{} {}", sample.label("protocol"), sample.label("outcome"));
            (name, sample.value.to_string().parse().unwrap())
        })
        .collect();
    all.sort();
    all
}

/// Returns the outcomes by peer: the listed hosts, one of each family.
pub fn by_host(samples: &Samples, direction: &str) -> Vec<(String, u64)> {
    let mut all = std::collections::BTreeMap::<_, u64>::new();
    for sample in samples.of("classifier_source_connections", &[]) {
        let is_host = ["/32", "/128"].iter().any(|end| sample.label("prefix").ends_with(end));
        if is_host && sample.label("direction") == direction {
            let name = format!("{} {}", sample.label("protocol"), sample.label("outcome"));
            *all.entry(name).or_default() += sample.value.to_string().parse::<u64>().unwrap();
        }
    }
    all.into_iter().collect()
}
