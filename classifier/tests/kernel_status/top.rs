// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier top`: the same numbers as the agent's, by its pins and by its URL; and without an agent.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    process::Output,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp, udp};
use serde_json::Value;
use testbed::{Agent, End, FrameSocket, Host, Lab, Pins, Samples, left_behind, servers::Folder};

use crate::shown::{BINARY, list};

pub const URL: &str = "http://127.0.0.1:9877/metrics";

pub struct Wired {
    pub counted: Host,
    pub here: End,
    pub folder: String,
    _pins: Pins,
    sender: Host,
    there: End,
    _lab: Lab,
}

impl Wired {
    pub fn new() -> Self {
        let lab = Lab::new();
        let [counted, sender] = ["counted", "sender"].map(|name| lab.host(name));
        let (here, there) = lab.wire(&counted, &sender, 1500);
        // A process without root cannot read other descriptors.
        let pins = Pins::mounted();
        let folder = pins.folder("classifier");
        Self { counted, here, folder, _pins: pins, sender, there, _lab: lab }
    }

    pub fn agent(&self, more: &[&str]) -> Agent {
        let always = ["-i", &self.here.name, "--xdp-mode", "off", "--pin-dir", &self.folder];
        self.counted.agent(BINARY, &[&always[..], more].concat())
    }

    /// Sends this many rounds of two mail segments and a datagram, 5 ms each.
    pub fn send(&self, rounds: u32) {
        self.begin_to_send(rounds).1.join().expect("the wire takes it");
    }

    /// Sends at most that many rounds, until the flag is set.
    fn begin_to_send(&self, rounds: u32) -> (Arc<AtomicBool>, JoinHandle<()>) {
        let (socket, over) = (FrameSocket::open(&self.sender, &self.there), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&over);
        let sent = thread::spawn(move || {
            let frames =
                [tcp(CLIENT, 25), udp(CLIENT, 9), tcp(CLIENT, 25)].map(|layer| ethernet(ipv4(layer)));
            for _ in (0..rounds).take_while(|_| !told.load(Ordering::Relaxed)) {
                for frame in &frames {
                    socket.send(frame.bytes()).expect("the wire takes it");
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        (over, sent)
    }

    fn top(&self, arguments: &[&str]) -> Output {
        let mut command = self.counted.command(BINARY);
        command.args(["top", "--once", "--format", "json"]).args(arguments);
        command.output().expect("it is there")
    }
}

fn parsed(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Returns packets and bytes by their labels.
pub fn counted(top: &Value) -> BTreeMap<String, (u64, u64)> {
    let rows = list(top, "traffic").iter().map(|row| {
        let labels =
            ["interface", "direction", "protocol", "role"].map(|name| row[name].as_str().expect("a word"));
        (labels.join(" "), (row["packets"].as_u64().expect("whole"), row["bytes"].as_u64().expect("whole")))
    });
    rows.collect()
}

fn served(metrics: &Samples) -> BTreeMap<String, (u64, u64)> {
    let rows = metrics.of("classifier_packets_total", &[]).map(|sample| {
        let names = ["interface", "direction", "protocol", "role"];
        let labels = names.map(|name| (name, sample.label(name)));
        let of = |family| metrics.sum(family, &labels);
        (
            labels.map(|(_, value)| value).join(" "),
            (of("classifier_packets_total"), of("classifier_bytes_total")),
        )
    });
    rows.collect()
}

#[test]
fn pins_and_url_show_what_the_agent_serves_to_the_packet() {
    let wired = Wired::new();
    let agent = wired.agent(&[]);
    wired.send(20);
    for origin in [["--pin-dir", &wired.folder], ["--url", URL]] {
        let looks = || {
            let before = served(&agent.metrics());
            let top = parsed(&wired.top(&[&origin[..], &["--interval", "100ms"]].concat()));
            (before, top, served(&agent.metrics()))
        };
        let is_still = |(before, _, after): &(_, Value, _)| before == after;
        // A network stack sends packets of its own now and then.
        let (before, top, _) = (0..20).map(|_| looks()).find(is_still).expect("nothing is sent");
        assert_eq!(counted(&top), before, "{origin:?}");
        assert_eq!([&top["error"], &top["problems"]], [&Value::Null, &Value::Array(vec![])]);
        let hooks = [&top["interfaces"][0]["ingress"], &top["interfaces"][0]["egress"]];
        assert_eq!(hooks, ["tcx", "tcx"]);
        let is_listed = top["ftp"]["sessions"].is_array();
        assert_eq!(is_listed, origin[0] == "--pin-dir", "metrics hold no single session");

        let before = served(&agent.metrics());
        let (over, sent) = wired.begin_to_send(10_000);
        let top = parsed(&wired.top(&[&origin[..], &["--interval", "0.3"]].concat()));
        over.store(true, Ordering::Relaxed);
        sent.join().expect("the wire takes it");
        let after = served(&agent.metrics());
        let smtp = format!("{} ingress smtp to_server", wired.here.name);
        let between = counted(&top)[&smtp];
        assert!(
            before[&smtp].0 < between.0 && between.0 <= after[&smtp].0,
            "{before:?}\n{between:?}\n{after:?}"
        );
        let is_it = |row: &&Value| {
            [&row["direction"], &row["protocol"], &row["role"]] == ["ingress", "smtp", "to_server"]
        };
        let row = list(&top, "traffic").iter().find(is_it);
        let rate = |key: &str| row.and_then(|row| row[key].as_f64()).expect("a rate");
        let elapsed = top["elapsed_seconds"].as_f64().expect("a time");
        assert!((0.1..5.0).contains(&elapsed), "{elapsed}");
        let within = rate("packets_per_second") * elapsed;
        let float = |number: u64| u32::try_from(number).map(f64::from).expect("some thousand");
        let most = float(after[&smtp].0 - before[&smtp].0);
        assert!(within >= 2.0 && within < most + 0.5, "{within} of {most}");
        // All segments have the same length.
        let bits = 8.0 * float(between.1) / float(between.0) * rate("packets_per_second");
        assert!((rate("bits_per_second") / bits - 1.0).abs() < 1e-6);
    }
    agent.leave();

    let by_url = wired.top(&["--url", URL]);
    assert_eq!(by_url.status.code(), Some(1));
    let said = String::from_utf8_lossy(&by_url.stderr).into_owned();
    assert!(
        said.contains(&format!("cannot reach {URL}: Connection refused")) && said.lines().count() == 1,
        "{said}"
    );
    let before = parsed(&wired.top(&["--pin-dir", &wired.folder, "--interval", "0.1"]));
    wired.send(10);
    let after = parsed(&wired.top(&["--pin-dir", &wired.folder, "--interval", "0.1"]));
    let smtp = format!("{} ingress smtp to_server", wired.here.name);
    assert_eq!(counted(&before)[&smtp].0 + 20, counted(&after)[&smtp].0, "the kernel counts on");
    let problem = after["problems"][0].as_str().unwrap_or_default();
    assert!(problem.starts_with("no agent process uses this directory"), "{problem}");

    wired.counted.run(BINARY, &["detach", "--pin-dir", &wired.folder]);
    let nothing = wired.top(&["--pin-dir", &wired.folder]);
    assert_eq!(nothing.status.code(), Some(1));
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(
        said.contains(&format!("nothing is pinned in {}", wired.folder)) && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn the_agents_user_looks_at_its_pins_without_any_capability() {
    let wired = Wired::new();
    let agent = wired.agent(&["--user", "nobody"]);
    wired.send(5);
    let binaries = Folder::new("top");
    let copy = binaries.join("classifier");
    fs::copy(BINARY, &copy).expect("the folder is ours");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let top = |user: &str| {
        let mut command = wired.counted.command("setpriv");
        command.args(["--reuid", user, "--regid", "nogroup", "--clear-groups", "--bounding-set", "-all"]);
        command.args(["--inh-caps", "-all", "--no-new-privs", &copy, "top", "--once", "--format", "json"]);
        command.args(["--interval", "0.1", "--pin-dir", &wired.folder]).output().expect("it is there")
    };
    let looked = parsed(&top("nobody"));
    assert_eq!(looked["problems"], Value::Array(vec![]), "{looked}");
    let smtp = format!("{} ingress smtp to_server", wired.here.name);
    assert_eq!(counted(&looked)[&smtp].0, 10);
    let other = top("daemon");
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(said.contains("Permission denied") && said.contains("run as root"), "{said}");
    agent.leave();
    wired.counted.run(BINARY, &["detach", "--pin-dir", &wired.folder]);
}

#[test]
fn json_is_streamed_an_object_an_interval_until_a_signal() {
    let wired = Wired::new();
    let agent = wired.agent(&[]);
    // Its output is read from standard error.
    let arguments = ["-c", "exec \"$0\" \"$@\" >&2", BINARY, "top", "--format", "json", "--interval", "0.1"];
    let mut stream = wired.counted.spawn("sh", &[&arguments[..], &["--pin-dir", &wired.folder]].concat());
    stream.wait_for("}\n{");
    wired.send(5);
    agent.kill();
    stream.wait_for("no agent process uses this directory");
    wired.counted.run(BINARY, &["detach", "--pin-dir", &wired.folder]);
    stream.wait_for("\"error\":\"nothing is pinned in");
    let agent = wired.agent(&[]);
    wired.send(31);
    stream.wait_for("\"packets\":62,");
    assert_eq!(stream.interrupt().code(), Some(0));
    let objects: Vec<Value> =
        stream.said().lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let is_broken = |one: &Value| one["error"].is_string() && list(one, "traffic").is_empty();
    assert!(objects.iter().any(is_broken) && objects.last().is_some_and(|last| last["error"].is_null()));
    let rates = objects
        .iter()
        .flat_map(|one| list(one, "traffic"))
        .filter_map(|row| row["packets_per_second"].as_f64());
    let rates: Vec<_> = rates.collect();
    assert!(!rates.is_empty() && rates.iter().all(|rate| (0.0..10_000.0).contains(rate)), "{rates:?}");
    agent.leave();
    wired.counted.run(BINARY, &["detach", "--pin-dir", &wired.folder]);
}
