//! Peers of connections in `classifier top`: by the pins like `classifier status`, by URL like the agent's
//! metrics.

use std::net::SocketAddr;

use serde_json::{Value, json};
use testbed::{Lab, Pins, converse, run};

use crate::{
    shown::{BINARY, json, list},
    top::URL,
};

const SMTP: u16 = 25;

#[test]
fn the_sources_are_those_that_the_agent_knows() {
    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (at_client, at_server) = lab.link(&client, &server);
    let pins = Pins::new();
    let folder = pins.folder("classifier");
    let agent = server.agent(BINARY, &["-i", &at_server.name, "--pin-dir", &folder, "--top-sources", "1"]);
    let to = SocketAddr::new(at_server.v4.into(), SMTP);
    let listener = server.listen(to);
    for _ in 0..3 {
        converse(&client.connect(SocketAddr::new(at_client.v4.into(), 0), to), &listener);
    }

    let top = |origin: [&str; 2], format: &str| {
        let mut command = server.command(BINARY);
        run(command.args(["top", "--once", "--interval", "0.1", "--format", format]).args(origin))
    };
    let sources = |origin| -> Value {
        let text = top(origin, "json");
        let top: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        top["sources"].clone()
    };
    let pinned = sources(["--pin-dir", &folder]);
    let status = json(&server, &agent);
    let known = list(&status["evidence"], "sources");
    assert_eq!(list(&json!({"of": pinned}), "of").len(), known.len());
    for (shown, known) in pinned.as_array().into_iter().flatten().zip(known) {
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
    let seen = of_client(&pinned);
    assert_eq!(seen, [expected(seen[0]["last_seen_seconds"].clone())]);
    assert_eq!(of_client(&sources(["--url", URL])), [expected(Value::Null)]);
    let text = top(["--pin-dir", &folder], "text");
    assert!(text.contains(&host) && text.contains("at most"), "{text}");
    agent.leave();
    server.run(BINARY, &["detach", "--pin-dir", &folder]);
}
