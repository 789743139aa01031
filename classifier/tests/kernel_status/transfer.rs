// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A slow download in passive mode: peers, evidence and age, until it ends.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testbed::{Agent, End, Host, Lab, Running, servers::Ftp};

use crate::shown::{self, BINARY, list};

/// Bytes of a file: more than curl may read at once (10 MB, with a limit to its rate) and more than the buffers hold.
const LENGTH: usize = 20 << 20;

struct Scene {
    client: Host,
    server: Host,
    at_server: End,
    ftp: Ftp,
    agent: Agent,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let [client, server] = ["client", "server"].map(|name| lab.host(name));
        let (_, at_server) = lab.link(&client, &server);
        // The download then arrives in small pieces, and curl's limit is applied between them.
        client.sysctl("net/ipv4/tcp_rmem", "4096 16384 16384");
        let ftp = Ftp::vsftpd(&server);
        ftp.publish("long", &vec![b'x'; LENGTH]);
        let agent = server.agent(BINARY, &["-i", &at_server.name]);
        Self { client, server, at_server, ftp, agent }
    }

    fn download(&self, url: &str, how: &[&str]) -> Running {
        let always =
            ["--silent", "--show-error", "--noproxy", "*", "--limit-rate", "1M", "--output", "/dev/null"];
        let login = ["--user", self.ftp.login(), url];
        self.client.spawn("curl", &[&always[..], how, &login].concat())
    }

    /// Reads until a condition is true.
    fn wait_for(
        &self,
        what: &str,
        mut download: Option<&mut Running>,
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let shown = shown::json(&self.server, &self.agent);
            if is_so(&shown) {
                return shown;
            }
            if let Some(download) = &mut download {
                assert!(download.ended().is_none(), "ended, not {what}: {}", download.said());
            }
            assert!(Instant::now() < deadline, "never {what}: {shown}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Returns the client's connections, control first: both ends of each, from the client's kernel.
    fn connections(&self) -> [[SocketAddr; 2]; 2] {
        let table = self.client.run("ss", &["-Htn", "state", "established"]);
        let mut connections: Vec<_> = table.lines().map(|line| ends(line).expect(line)).collect();
        connections.sort_by_key(|[_, server]| server.port() != 21);
        connections.try_into().unwrap_or_else(|_| panic!("not two connections: {table}"))
    }
}

fn ends(line: &str) -> Option<[SocketAddr; 2]> {
    let mut words = line.split_whitespace().skip(2).map(|word| word.parse().ok());
    Some([words.next()??, words.next()??])
}

fn host(address: SocketAddr) -> Value {
    json!({"address": address.ip().to_string(), "port": address.port()})
}

fn endpoint(shown: &Value) -> Option<&Value> {
    list(shown, "endpoints").iter().find(|one| one["state"] == "connected")
}

fn is_shown_while_it_goes_on(scene: &Scene, url: &str, how: &[&str], command: &str) {
    let mut download = scene.download(url, how);
    let shown = scene.wait_for("connected", Some(&mut download), |shown| endpoint(shown).is_some());
    let [control, data] = scene.connections();

    let [session] = list(&shown, "sessions") else { panic!("not one session: {shown}") };
    let expected = [("client", host(control[0])), ("server", host(control[1])), ("control", json!("clear"))];
    for (key, value) in expected {
        assert_eq!(session[key], value, "{key}");
    }
    let [age, idle] = ["age_seconds", "idle_seconds"].map(|key| session[key].as_f64().expect("seconds"));
    assert!(idle > 0.0 && idle <= age && age < 30.0, "{session}");

    let endpoint = endpoint(&shown).expect("was waited for");
    let expected = [
        ("mode", json!("passive")),
        ("state", json!("connected")),
        ("owner", host(data[1])),
        ("peer", host(data[0])),
        ("evidence", json!("announced")),
        ("command", json!(command)),
    ];
    for (key, value) in expected {
        assert_eq!(endpoint[key], value, "{key}");
    }
    assert!(endpoint["age_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0 && seconds <= age));

    let text = shown::text(&scene.server, &scene.at_server.name);
    let row = |beginning: SocketAddr, other: SocketAddr| {
        let is_it = |words: &Vec<&str>| *words.first().unwrap_or(&"") == beginning.to_string();
        let mut rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(is_it);
        let row = rows.next().unwrap_or_else(|| panic!("no {beginning}: {text}"));
        assert_eq!(row[1], other.to_string(), "{text}");
        row[2..].to_vec()
    };
    assert_eq!(row(control[0], control[1])[0], "clear", "{text}");
    let [mode, by, evidence, state, _] = row(data[1], data[0])[..] else { panic!("{text}") };
    assert_eq!([mode, by, evidence, state], ["passive", command, "announced", "connected"], "{text}");

    drop(download);
    let is_empty = |shown: &Value| ["sessions", "endpoints"].iter().all(|key| list(shown, key).is_empty());
    scene.wait_for("gone", None, is_empty);
}

#[test]
fn a_passive_download_is_shown_while_it_goes_on() {
    let scene = Scene::new();
    let none = shown::text(&scene.server, &scene.at_server.name);
    assert!(none.contains("no FTP control connection is tracked\n\nno FTP data port is known\n"), "{none}");
    let v4 = format!("ftp://{}/pub/long", scene.at_server.v4);
    is_shown_while_it_goes_on(&scene, &v4, &[], "epsv");
    is_shown_while_it_goes_on(&scene, &v4, &["--disable-epsv"], "pasv");
    let v6 = format!("ftp://[{}]/pub/long", scene.at_server.v6);
    is_shown_while_it_goes_on(&scene, &v6, &[], "epsv");
    scene.agent.stop();
}
