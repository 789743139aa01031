// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A real Prometheus scrapes the agent, in either format.

#[expect(dead_code, reason = "other tests make more certificates")]
#[path = "../web_config/authority.rs"]
mod authority;
mod encrypted;
mod every_address;
#[expect(dead_code, reason = "tests of the agent compare whole files too")]
#[path = "../agent/golden.rs"]
mod golden;
mod readme;

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

use testbed::{
    Agent, End, Host, Lab,
    servers::{Prometheus, check_metrics},
};

/// Address of the agent.
const AGENT: &str = "127.0.0.1:9877";

/// Address of the proxy that serves only the text format.
const TEXT: &str = "127.0.0.1:9878";

struct Scene {
    client: Host,
    server: Host,
    at_server: End,
    agent: Agent,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let [client, server] = ["client", "server"].map(|name| lab.host(name));
        let (_, at_server) = lab.link(&client, &server);
        let agent = server.agent(env!("CARGO_BIN_EXE_classifier"), &["-i", &at_server.name]);
        Self { client, server, at_server, agent }
    }

    fn ping(&self, count: &str, interval: &str) {
        let address = self.at_server.v4.to_string();
        self.client.run("ping", &["-n", "-q", "-c", count, "-i", interval, &address]);
    }
}

#[test]
fn promtool_has_nothing_to_say_about_live_metrics() {
    let scene = Scene::new();
    scene.ping("3", "0.1");
    let metrics = scene.agent.get("/metrics");
    assert!(metrics.contains("classifier_icmp_packets_total{"), "{metrics}");
    assert_eq!(check_metrics(&metrics), "");
    scene.agent.stop();
}

#[test]
fn promtool_does_find_fault_where_there_is_some() {
    assert_ne!(check_metrics("# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n"), "");
}

#[test]
fn a_real_prometheus_scrapes_either_format_and_answers_queries() {
    let scene = Scene::new();
    serve_text(&scene.server);
    let mut prometheus = Prometheus::start(&scene.server, &[("asked", AGENT), ("text", TEXT)]);
    prometheus.wait_for("up == 1", |up| up.len() == 2);

    scene.ping("50", "0.1");
    let rate = r#"sum by (job, direction) (rate(classifier_packets_total{protocol="icmp"}[10s]))"#;
    let rates = prometheus.query(rate);
    assert_eq!(rates.len(), 4, "{rates:?}");
    // Of ten a second, five seconds within the ten of the window.
    assert!(rates.iter().all(|(_, rate)| (2.0..=15.0).contains(rate)), "{rates:?}");

    for direction in ["ingress", "egress"] {
        let icmp = format!(r#"classifier_packets_total{{protocol="icmp",direction="{direction}"}}"#);
        prometheus.wait_for(&format!("{icmp} == 50"), |series| series.len() == 2);
        let everything = format!(r#"sum by (job) (classifier_packets_total{{direction="{direction}"}})"#);
        let crossed = scene.agent.metrics().sum("classifier_packets_total", &[("direction", direction)]);
        prometheus.wait_for(&format!("{everything} == {crossed}"), |sums| sums.len() == 2);
    }
    the_formats_are_those_that_were_asked_for(&scene.server);
    scene.agent.stop();
}

/// Prometheus stores a counter without its suffix after reading `OpenMetrics`, and with it otherwise.
fn the_formats_are_those_that_were_asked_for(host: &Host) {
    for (job, name) in [("asked", "classifier_packets"), ("text", "classifier_packets_total")] {
        let query = format!(r#"match_target={{job="{job}"}}"#);
        let metadata = "http://127.0.0.1:9090/api/v1/targets/metadata";
        let all = host.run("curl", &["-sS", "--noproxy", "*", "-G", "--data-urlencode", &query, metadata]);
        assert!(all.contains(&format!(r#""metric":"{name}","type":"counter""#)), "{job}: {all}");
    }
}

/// Serves the agent's text format for any `Accept`: this Prometheus always asks for `OpenMetrics`.
fn serve_text(host: &Host) {
    let listener = host.enter(|| TcpListener::bind(TEXT).expect("a free port"));
    let host = host.clone();
    // The thread ends with the process.
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.expect("a connection");
            let mut agent = host.enter(|| TcpStream::connect(AGENT).expect("the agent listens"));
            _ = client.read(&mut [0; 4096]);
            let request =
                b"GET /metrics HTTP/1.0\r\nHost: agent\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
            agent.write_all(request).expect("the agent reads");
            let mut answer = Vec::new();
            agent.read_to_end(&mut answer).expect("the agent answers");
            _ = client.write_all(&answer);
        }
    });
}
