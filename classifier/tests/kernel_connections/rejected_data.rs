// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A firewall that rejects the passive ports of a real server: the data connections of real clients are
//! `rejected`, or `refused`, at once, as a capture shows.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use testbed::{
    Agent,
    servers::{Folder, Ftp},
};

use crate::{
    captured,
    scene::{Scene, outcomes},
};

/// Passive ports of the server.
const PASSIVE: [u16; 2] = [40_000, 40_099];

/// Transfers of each kind.
const EACH: usize = 3;

/// Time limit of an immediate outcome, below that of an unanswered connection.
const AT_ONCE: Duration = Duration::from_secs(8);

fn reject(scene: &Scene, with: &str) {
    let [low, high] = PASSIVE;
    let rules = format!(
        "flush ruleset\n\
         table inet t {{\n\
         chain c {{\n\
         type filter hook input priority 0\n\
         tcp dport {low}-{high} reject with {with}\n\
         }}\n\
         }}\n"
    );
    let folder = Folder::new("rejected-data");
    scene.server.run("nft", &["-f", &folder.write("rules.nft", rules)]);
}

/// Requests a file, and returns the time until the data connection failed.
fn fails(scene: &Scene, server: &Ftp, address: IpAddr, how: &[&str]) -> Duration {
    let url =
        if address.is_ipv6() { format!("ftp://[{address}]/pub/x") } else { format!("ftp://{address}/pub/x") };
    let always = ["--disable", "--silent", "--noproxy", "*", "--max-time", "20", "--user", server.login()];
    let began = Instant::now();
    let mut curl = scene.client.command("curl");
    let status = curl.args(always).args(how).arg(url).status().unwrap();
    assert!(!status.success(), "{how:?} over {address}: the transfer was let through");
    began.elapsed()
}

fn data_connections_end(scene: &Scene, server: &Ftp, with: &str, outcome: &'static str) {
    reject(scene, with);
    let agents = scene.agents();
    let filter = "tcp[13] & 6 != 0 or icmp or icmp6 or (ip6 and ip6[6] == 6)";
    let capture = scene.server.capture(&scene.at_server.name, &["-s", "160", filter]);
    let (v4, v6) = (IpAddr::V4(scene.at_server.v4), IpAddr::V6(scene.at_server.v6));
    for _ in 0..EACH {
        for (address, how) in [(v4, &["--disable-epsv"][..]), (v4, &[]), (v6, &[])] {
            let took = fails(scene, server, address, how);
            assert!(took < AT_ONCE, "{with}: {took:?}");
        }
        let found = found(&agents[1], "ingress");
        assert_eq!(found.get("ftp_data_passive unanswered"), None, "{found:?}");
    }
    let [at_client, at_server] = [found(&agents[0], "egress"), found(&agents[1], "ingress")];

    let mut expected = BTreeMap::<_, u64>::new();
    let packets = capture.stop();
    for ((port, outcome), count) in captured::outcomes(&packets) {
        let is_data = (PASSIVE[0]..=PASSIVE[1]).contains(&port);
        assert!(is_data || port == 21, "a connection to port {port}");
        let protocol = if is_data { "ftp_data_passive" } else { "ftp_control" };
        *expected.entry(format!("{protocol} {outcome}")).or_default() += count;
    }
    let data = expected.get(&format!("ftp_data_passive {outcome}")).copied().unwrap_or(0);
    assert!(data >= 3 * EACH as u64, "{with}: {expected:?}");
    assert_eq!((&at_server, &at_client), (&expected, &expected), "{with}");
    quotes_are_ftp_data(&agents, if outcome == "rejected" { captured::errors(&packets) } else { 0 });
    agents.into_iter().for_each(Agent::stop);
}

fn found(agent: &Agent, direction: &str) -> BTreeMap<String, u64> {
    outcomes(&agent.metrics(), direction).into_iter().collect()
}

/// Asserts that the errors quote packets of FTP data, on either side.
fn quotes_are_ftp_data(agents: &[Agent; 2], errors: u64) {
    for (agent, direction) in agents.iter().zip(["ingress", "egress"]) {
        let samples = agent.metrics();
        let quoted = |protocol| {
            samples.sum(
                "classifier_icmp_quoted_packets_total",
                &[("direction", direction), ("protocol", protocol)],
            )
        };
        assert_eq!((quoted("ftp_data_passive"), quoted("tcp_other")), (errors, 0), "{direction}");
    }
}

#[test]
fn data_connections_that_a_firewall_rejects_are_rejected_at_once() {
    let scene = Scene::new();
    let server = Ftp::vsftpd_within(&scene.server, PASSIVE);
    server.publish("x", b"x");
    // ICMP errors must not be rate-limited.
    scene.unlimited_errors();
    data_connections_end(&scene, &server, "icmpx type port-unreachable", "rejected");
    data_connections_end(&scene, &server, "tcp reset", "refused");
}
