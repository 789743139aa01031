// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A server that connects before it answers PORT, and from any port.

use std::{net::IpAddr, time::Duration};

use testbed::{
    Agent, Capture, Host, Lab, Segment, run,
    servers::{Folder, Ftp},
};

use crate::{
    BINARY,
    counts::differences,
    truth::{Kind, of_agent, of_segments},
    watched::both_until,
};

const LENGTH: usize = 30_000;
const DATA: Kind = Kind::Data { mode: "active", evidence: "announced" };

#[test]
fn a_server_that_connects_before_it_answers() {
    let lab = Lab::new();
    let hosts @ [client, server] = &["client", "server"].map(|name| lab.host(name));
    let (at_client, at_server) = lab.link(client, server);
    let ends = [&at_client, &at_server];
    for (host, end) in hosts.iter().zip(ends) {
        let off = ["tso", "gso", "gro", "tx", "rx"].map(|offload| [offload, "off"]);
        host.run("ethtool", &[&["-K", &end.name], off.as_flattened()].concat());
    }
    let ftp = Ftp::pyftpdlib(server);
    ftp.publish("long", &vec![b'x'; LENGTH]);
    let agents = [0, 1].map(|at| hosts[at].agent(BINARY, &["-i", &ends[at].name]));
    let under_way = [0, 1].map(|at| hosts[at].capture(&ends[at].name, &["-s", "128", "tcp"]));
    transfers(client, &ftp, (&at_server.v4.to_string(), &format!("[{}]", at_server.v6)));
    both_until(&agents, &[("learned port", 2), ("learned eprt", 3), ("by kernel", 5), ("rejected", 0)]);
    let places = [0, 1].map(|at| (&hosts[at], &*ends[at].name));
    testbed::wait_until_quiet(&places, Duration::from_millis(100));
    both_until(&agents, &[("endpoints", 0), ("removed closed", 5), ("sessions", 0)]);
    let servers = [IpAddr::V4(at_server.v4), IpAddr::V6(at_server.v6)];
    for ((agent, capture), (host, end)) in agents.iter().zip(under_way).zip(hosts.iter().zip(ends)) {
        let segments = segments(capture);
        let connected = segments.iter().filter(|segment| kind(segment) == DATA && segment.opens());
        let from: Vec<_> = connected.map(|segment| (segment.from.ip(), segment.from.port())).collect();
        assert_eq!(from.len(), 5, "{from:?}");
        assert!(from.iter().all(|(ip, port)| servers.contains(ip) && *port != 20), "{from:?}");
        let captured = of_segments(segments.iter(), &mac(host, &end.name), servers, kind);
        let counted = of_agent(&agent.metrics(), &end.name);
        assert_eq!(differences(&captured, &counted), [""; 0], "{}", host.name());
    }
    agents.into_iter().for_each(Agent::stop);
}

/// Makes two transfers by PORT, and three by EPRT.
fn transfers(client: &Host, ftp: &Ftp, (v4, v6): (&str, &str)) {
    let always = ["--disable", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "20"];
    let curl = |more: &[&str], host: &str| {
        let url = format!("ftp://{host}/pub/long");
        let active = ["--ftp-port", "-", "--user", ftp.login()];
        let read = client.run("curl", &[&always[..], &active, more, &[&url]].concat());
        assert_eq!(read.len(), LENGTH, "{more:?} {url}");
    };
    curl(&["--disable-eprt"], v4);
    curl(&[], v4);
    curl(&[], v6);
    let files = Folder::new("actively");
    for host in [v4, v6] {
        let read = files.join(if host == v4 { "v4" } else { "v6" });
        let script = format!(
            "set net:max-retries 1; set net:timeout 10; set cmd:fail-exit on; set ftp:ssl-allow off; \
             set ftp:passive-mode off; set ftp:auto-passive-mode off; \
             open -u {} ftp://{host}; get pub/long -o {read}; bye",
            ftp.login().replace(':', ",")
        );
        run(client.command("lftp").env("HOME", files.path()).args(["--norc", "-c", &script]));
        assert_eq!(std::fs::read(read).expect("a file").len(), LENGTH);
    }
}

fn kind(segment: &Segment) -> Kind {
    if segment.has_port(21) { Kind::Control } else { DATA }
}

fn segments(capture: Capture) -> Vec<Segment> {
    capture.stop().iter().filter_map(Segment::read).collect()
}

fn mac(host: &Host, interface: &str) -> String {
    let line = host.run("ip", &["-oneline", "link", "show", "dev", interface]);
    let (_, rest) = line.split_once("link/ether ").expect("an Ethernet interface");
    rest.split(' ').next().expect("an address").to_owned()
}
