// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Peers of connections and other services in `classifier top`: by the pins like `classifier status`, by URL like
//! the agent's metrics.

use std::net::SocketAddr;

use serde_json::{Value, json};
use testbed::{Lab, Pins, converse, run};

use crate::{
    shown::{BINARY, json, list},
    top::URL,
};

const SMTP: u16 = 25;
const HTTPS: u16 = 443;

#[test]
fn the_sources_are_those_that_the_agent_knows() {
    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (at_client, at_server) = lab.link(&client, &server);
    let pins = Pins::new();
    let folder = pins.folder("classifier");
    let agent = server.agent(
        BINARY,
        &["-i", &at_server.name, "--pin-dir", &folder, "--top-sources", "1", "--top-ports", "1"],
    );
    for (port, connections) in [(SMTP, 3), (HTTPS, 2)] {
        let to = SocketAddr::new(at_server.v4.into(), port);
        let listener = server.listen(to);
        for _ in 0..connections {
            converse(&client.connect(SocketAddr::new(at_client.v4.into(), 0), to), &listener);
        }
    }

    let top = |origin: [&str; 2], format: &str| {
        let mut command = server.command(BINARY);
        run(command.args(["top", "--once", "--interval", "0.1", "--format", format]).args(origin))
    };
    let read = |origin| -> Value {
        let text = top(origin, "json");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    };
    let (by_pins, by_url) = (read(["--pin-dir", &folder]), read(["--url", URL]));
    let pinned = &by_pins["sources"];
    let status = json(&server, &agent);
    let known = list(&status["evidence"], "sources");
    let shown = list(&by_pins, "sources");
    assert_eq!(shown.len(), known.len());
    for (shown, known) in shown.iter().zip(known) {
        for key in ["prefix", "direction", "protocol", "outcome", "count", "error"] {
            assert_eq!(shown[key], known[key], "{key}\n{shown}\n{known}");
        }
        let ago = shown["last_seen_seconds"].as_f64().expect("a number");
        assert!((0.0..60.0).contains(&ago), "{ago}");
    }
    let host = format!("{}/32", at_client.v4);
    let expected = |last_seen: Value| {
        json!({"prefix": host, "direction": "inbound", "protocol": "smtp", "outcome": "established",
               "count": 3, "overcount": 0, "last_seen_seconds": last_seen})
    };
    let of_client = |sources: &Value| {
        let list = sources.as_array().into_iter().flatten();
        list.filter(|one| one["prefix"] == *host && one["protocol"] == "smtp").cloned().collect::<Vec<_>>()
    };
    let seen = of_client(pinned);
    assert_eq!(seen, [expected(seen[0]["last_seen_seconds"].clone())]);
    assert_eq!(of_client(&by_url["sources"]), [expected(Value::Null)]);
    let https = |top: &Value| {
        let mut services = list(top, "services").iter().filter(|one| one["port"] == HTTPS);
        let service = services.next().expect("the service").clone();
        assert!(services.next().is_none(), "{top}");
        service
    };
    let service = |last_seen: &Value| {
        json!({"transport": "tcp", "port": HTTPS, "name": "https", "direction": "inbound", "outcome": "established",
               "count": 2, "overcount": 0, "last_seen_seconds": last_seen})
    };
    let ago = &https(&by_pins)["last_seen_seconds"];
    assert!(ago.as_f64().is_some_and(|ago| (0.0..60.0).contains(&ago)), "{ago}");
    assert_eq!(https(&by_pins), service(ago));
    assert_eq!(https(&by_url), service(&Value::Null));
    let text = top(["--pin-dir", &folder], "text");
    assert!(text.contains(&host) && text.contains("at most") && text.contains("tcp/443"), "{text}");
    agent.leave();
    server.run(BINARY, &["detach", "--pin-dir", &folder]);
}
