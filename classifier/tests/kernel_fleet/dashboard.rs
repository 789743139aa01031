// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every query of the dashboards and of docs/metrics.md, sent to a Prometheus that scrapes a busy node.

use std::{net::UdpSocket, thread, time::Duration};

use serde_json::Value;
use testbed::{
    End, Host, Lab,
    servers::{Folder, Ftp, Prometheus},
};

use crate::deployed::{self, DASHBOARDS};

/// Queries without data here, with the reason.
const EMPTY: [(&str, &str); 4] = [
    ("classifier_program_run_seconds_total", "kernel.bpf_stats_enabled is off: it costs every packet time"),
    ("changes(process_start_time_seconds", "the agent does not restart"),
    ("offset 5m", "the agent has one version"),
    ("classifier_interface_attached{job=\"classifier\"} == 0", "every interface is attached"),
];

const METRICS_PAGE: &str = include_str!("../../../docs/metrics.md");

/// Variables of the dashboard, with their values for everything.
const VARIABLES: [(&str, &str); 6] = [
    ("$__rate_interval", "5m"),
    ("$__range_s", "300"),
    ("$__range", "5m"),
    ("$job", "classifier"),
    ("$instance", ".*"),
    ("$interface", ".*"),
];

/// A policy that admits only pings.
const POLICY: &str = "\
default = \"drop\"

[[rule]]
name = \"pings\"
action = \"accept\"
protocol = [\"icmp\"]
";

#[test]
fn every_query_of_the_dashboards_has_an_answer_and_tiles_also_without_an_agent() {
    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (at_client, at_server) = lab.link(&client, &server);
    let folder = Folder::new("dashboard");
    let policy = folder.write("policy.toml", POLICY);
    let agent = server.agent(env!("CARGO_BIN_EXE_classifier"), &["-i", &at_server.name, "--policy", &policy]);
    let ftp = Ftp::vsftpd(&server);
    ftp.publish("file", &vec![b'.'; 50_000]);
    let mut prometheus = deployed::prometheus(&server, &["127.0.0.1:9877".to_owned()]);
    prometheus.wait_for(r#"up{job="classifier"} == 1"#, |up| up.len() == 1);
    // A new series has no rate before its second scrape.
    for _ in 0..5 {
        talk(&client, &server, &at_client, &at_server, &ftp);
        thread::sleep(Duration::from_millis(1200));
    }
    prometheus.wait_for("direction_protocol:classifier_packets:rate5m > 0", |rates| !rates.is_empty());

    let dashboards = DASHBOARDS.map(|text| serde_json::from_str(text).expect("the dashboard is JSON"));
    let queries: Vec<_> = dashboards.iter().flat_map(queries).collect();
    assert!(queries.len() > 80, "{queries:?}");
    let unanswered: Vec<_> = queries.iter().filter(|query| !is_answered(&prometheus, query)).collect();
    assert!(unanswered.is_empty(), "{unanswered:#?}");
    let examples = examples();
    assert!(examples.len() > 60, "{examples:?}");
    // A query that does not parse fails. Others select problems, and this node has none.
    let answered = examples.iter().filter(|query| !prometheus.query(query).is_empty()).count();
    assert!(answered > examples.len() / 2, "{answered} of {}", examples.len());
    agent.stop();
    prometheus.wait_for(r#"up{job="classifier"} == 0"#, |down| down.len() == 1);
    prometheus.wait_for("classifier_build_info", <[_]>::is_empty);
    // The tiles say that the agent is down, and none of them is without data.
    let tiles: Vec<_> = dashboards.iter().flat_map(tiles).collect();
    assert!(tiles.len() > 20, "{tiles:?}");
    let silent: Vec<_> = tiles.iter().filter(|query| prometheus.query(query).is_empty()).collect();
    assert!(silent.is_empty(), "{silent:#?}");
    let down = tiles.iter().filter(|query| query.contains("up{") && query.contains('-'));
    for query in down {
        assert!(prometheus.query(query)[0].1 > 0.5, "{query}");
    }
}

/// Lists the queries of a dashboard's tiles at its top.
fn tiles(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().expect("it has panels");
    panels.iter().filter(|panel| panel["type"] == "stat").flat_map(queries).collect()
}

fn is_answered(prometheus: &Prometheus, query: &str) -> bool {
    let is_empty = |(part, _): &(&str, &str)| query.contains(part) && !query.contains("vector(");
    let empty = EMPTY.iter().any(is_empty);
    prometheus.query(query).is_empty() == empty
}

/// Makes a transfer in each direction, a refused one, connections to closed ports, and pings.
fn talk(client: &Host, server: &Host, at_client: &End, at_server: &End, ftp: &Ftp) {
    let there = at_server.v4.to_string();
    client.run("ping", &["-n", "-q", "-c", "3", "-i", "0.02", &there]);
    let url = format!("ftp://{there}/pub/file");
    let login = ["--disable", "-sS", "--noproxy", "*", "--max-time", "20", "--user", ftp.login()];
    for mode in
        [&["--ftp-pasv"][..], &["--ftp-port", "-"], &["--quote", "PASV", "--quote", "PORT 1,2,3,4,5,6"]]
    {
        // The server refuses the last one, and the classifier rejects it.
        let mut curl = client.command("curl");
        let output =
            curl.args(login).args(mode).args(["-o", "/dev/null", &url]).output().expect("curl starts");
        assert!(output.status.success() || mode.len() == 4, "{output:?}");
    }
    client.enter(|| {
        let socket = UdpSocket::bind((at_client.v4, 0)).expect("a socket");
        socket.send_to(&[0; 40], (at_server.v4, 53)).expect("it is sent");
        std::net::TcpStream::connect((at_server.v4, 110)).expect_err("nobody listens");
    });
    server.enter(|| std::net::TcpStream::connect((at_client.v4, 25)).expect_err("nobody listens"));
}

/// Lists the example queries of docs/metrics.md.
fn examples() -> Vec<&'static str> {
    let rows = METRICS_PAGE
        .lines()
        .filter(|line| line.starts_with("| `classifier_") || line.starts_with("| `process_"));
    rows.filter_map(|row| row.strip_suffix("` |")?.rsplit_once('`')).map(|(_, query)| query).collect()
}

/// Lists the queries of panels and variables, with the variables filled in.
fn queries(of: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(of, &mut found);
    for query in &mut found {
        for (variable, value) in VARIABLES {
            *query = query.replace(variable, value);
        }
        assert!(!query.contains('$'), "a variable that Grafana would not fill in: {query}");
    }
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(Value::as_str).map(str::to_owned));
            let listed = fields.get("query").and_then(Value::as_str);
            let listed = listed.and_then(|query| query.strip_prefix("label_values("));
            found.extend(
                listed.and_then(|query| query.rsplit_once(", ")).map(|(series, _)| series.to_owned()),
            );
            fields.values().for_each(|field| collect(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
