// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent with the least privileges has all its functions: it counts, learns, serves, and follows its
//! files.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use testbed::{
    Agent, End, Host, Lab, Running, Samples,
    servers::{Folder, Ftp},
};

use crate::{BINARY, held::assert_held};

/// Least privileges of an agent.
const HELD: [&str; 6] = ["--user", "nobody", "--capabilities", "none", "--sandbox", "required"];

/// Hash of `secret` at the least cost.
const HASH: &str = "$2b$04$QDkkF67e8YuaoqOYOodpw.CaR0.WxlE.hot6P1Nmnml02QDA8UVti";

const LENGTH: usize = 300_000;

struct Scene {
    client: Host,
    server: Host,
    at_server: End,
    _lab: Lab,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let [client, server] = ["client", "server"].map(|name| lab.host(name));
        let (_, at_server) = lab.link(&client, &server);
        Self { client, server, at_server, _lab: lab }
    }

    fn agent(&self, more: &[&str]) -> Agent {
        self.server.agent(BINARY, &[&["-i", self.at_server.name.as_str()], &HELD[..], more].concat())
    }

    fn download(&self, ftp: &Ftp, how: &[&str]) {
        let url = format!("ftp://{}/pub/long", self.at_server.v4);
        let always =
            ["--disable", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "20"];
        let login = ["--user", ftp.login(), &url];
        let read = self.client.run("curl", &[&always[..], how, &login].concat());
        assert_eq!(read.len(), LENGTH);
    }
}

/// Waits until a condition is true.
fn until(agent: &Agent, what: &str, is_so: impl Fn(&Samples) -> bool) -> Samples {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let metrics = agent.metrics();
        if is_so(&metrics) {
            return metrics;
        }
        assert!(Instant::now() < deadline, "never {what}: {metrics:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn ftp_is_learned_counted_and_forgotten() {
    let scene = Scene::new();
    let ftp = Ftp::pyftpdlib(&scene.server);
    ftp.publish("long", &vec![b'x'; LENGTH]);
    let agent = scene.agent(&[]);
    scene.download(&ftp, &[]);
    scene.download(&ftp, &["--ftp-port", "-"]);
    let metrics = until(&agent, "forgotten", |metrics| {
        metrics.sum("classifier_ftp_data_endpoints_removed_total", &[("reason", "closed")]) == 2
            && metrics.sum("classifier_ftp_data_endpoints", &[]) == 0
    });
    for protocol in ["ftp_data_passive", "ftp_data_active"] {
        let bytes = metrics.sum("classifier_bytes_total", &[("protocol", protocol)]);
        assert!(bytes > LENGTH as u64, "{protocol}: {bytes}");
    }
    assert_eq!(metrics.sum("classifier_scrape_success", &[]), 1);
    assert_held(agent.id(), 0);
    agent.stop();
}

#[test]
fn every_log_line_is_an_object_where_it_is_asked_for() {
    let scene = Scene::new();
    let agent = scene.agent(&["--log-format", "json"]);
    let said = agent.said();
    let messages: Vec<_> = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .map(|object| object["message"].as_str().expect("a message").to_owned())
        .collect();
    let unseen = "without CAP_NET_ADMIN, a TC program that runs before the classifier's is not noticed";
    assert_eq!(messages, ["attached", "sandboxed", unseen, "serving metrics"]);
    agent.stop();
}

/// Users are checked on a thread of its own; the file is replaced by another one.
#[test]
fn the_web_configuration_is_followed() {
    let scene = Scene::new();
    let folder = Folder::new("followed");
    let users = |name: &str| format!("basic_auth_users:\n  {name}: {HASH}\n");
    let web = folder.write("web.yml", users("first"));
    let mut command = scene.server.command(BINARY);
    command.args(["run", "-i", &scene.at_server.name, "--web-config", &web]).args(HELD);
    let mut agent = Running::start(command);
    agent.wait_for("serving metrics");
    let status = |user: &str| {
        let login = format!("{user}:secret");
        let url = "http://127.0.0.1:9877/metrics";
        let write = ["--silent", "--noproxy", "*", "--output", "/dev/null", "--write-out", "%{http_code}"];
        scene.server.run("curl", &[&write[..], &["--user", &login, url]].concat())
    };
    assert_eq!((status("first"), status("second")), ("200".into(), "401".into()));
    let next = folder.write("next.yml", users("second"));
    fs::rename(next, &web).unwrap();
    // Until the file is old enough to count as complete.
    thread::sleep(Duration::from_millis(300));
    let after = (status("first"), status("second"));
    assert_eq!(after, ("401".into(), "200".into()), "{}", agent.said());
    // Unreadable for this user.
    fs::set_permissions(&web, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(status("second"), "200");
    agent.wait_for("web configuration not reloaded; the previous one still applies");
    assert_eq!(agent.interrupt().code(), Some(0), "{}", agent.said());
}
