// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! New settings for a running agent with a recording kernel side.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use classifier::{
    config::{Assignment, EvidenceSettings, FtpSettings, Layer, Settings, TelemetryPath},
    configuration::ConfigurationSources,
    http::Endpoints,
    metrics::{Exporter, exposition::Format},
    policy::{Policy, RuleRows},
    reload::{ReloadError, Reloadable, Reloader},
};
use classifier_common::{assigned_port::AssignedPort, protocol::Protocol};
use http_body_util::BodyExt as _;
use hyper::{Method, Request};

use crate::{
    made_up::{MadeUp, times},
    written::Written,
};

/// Calls of the kernel side.
#[derive(Default)]
struct KernelCalls(Mutex<Vec<String>>);

impl KernelCalls {
    fn note(&self, what: String) {
        self.0.lock().expect("nobody panics").push(what);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics"))
    }
}

impl Reloadable for KernelCalls {
    fn check_interfaces(&self, settings: &Settings) -> Result<(), ReloadError> {
        if settings.interfaces.iter().any(|pattern| pattern.to_string() == "gone") {
            return Err(ReloadError::Interfaces("interface `gone` does not exist".into()));
        }
        Ok(())
    }

    fn set_interfaces(&self, settings: &Settings) {
        let names: Vec<_> = settings.interfaces.iter().map(ToString::to_string).collect();
        self.note(format!("interfaces {}", names.join(" ")));
    }

    /// Not recorded: every reload makes the call, and it changes no setting.
    fn take_first_places(&self) {}

    fn keep_names(&self, assignment: &Assignment) -> Result<(), ReloadError> {
        let names: Vec<_> = assignment.names().configured().map(|(_, name)| name.to_owned()).collect();
        self.note(format!("names {}", names.join(" ")));
        Ok(())
    }

    fn set_ports(&self, ports: &[AssignedPort]) {
        let row = |protocol: Protocol| (0..32).find(|row| Protocol::configured(*row) == Some(protocol));
        let ports = ports.iter().map(|AssignedPort { port, protocol, speaks, .. }| {
            let spoken = speaks.and_then(Protocol::fixed_label);
            match (row(*protocol), spoken) {
                (Some(row), None) => format!(" {port}={row}"),
                (Some(row), Some(spoken)) => format!(" {port}={row} speaks {spoken}"),
                (None, _) => format!(" {port}=fixed"),
            }
        });
        self.note(format!("ports{}", ports.collect::<String>()));
    }

    fn set_evidence(&self, evidence: &EvidenceSettings) {
        self.note(format!("top_sources {}", evidence.top_sources));
    }

    fn keep_rules(&self, rows: &RuleRows) -> Result<(), ReloadError> {
        self.note(format!("rules {}", rows.names().collect::<Vec<_>>().join(" ")));
        Ok(())
    }

    fn stage_policy(&self, policy: &Policy, _: &RuleRows, _: &Assignment) -> Result<(), ReloadError> {
        let rules: Vec<_> = policy.rules.iter().map(|rule| rule.name.as_str()).collect();
        if rules.contains(&"huge") {
            return Err(ReloadError::Policy("the kernel has no memory for map PREFIXES".into()));
        }
        self.note(format!("staged {}", rules.join(" ")));
        Ok(())
    }

    fn apply_policy(&self) {
        self.note("applied".into());
    }

    fn set_ftp(&self, ftp: &FtpSettings) {
        self.note(format!("ftp {:?}", ftp.endpoint_ttl));
    }
}

/// An agent that was started with this file.
struct Scene {
    file: Written,
    told: Arc<KernelCalls>,
    exporter: Arc<Exporter>,
    reloader: Arc<Reloader>,
}

impl Scene {
    fn new(text: &str) -> Self {
        let file = Written::new(text);
        let sources = ConfigurationSources { flags: Layer::default(), file: Some(file.0.clone()) };
        let configuration = sources.read().expect("a good file");
        let assignment = Assignment::default().adopt(&configuration.settings.names).expect("there is room");
        let exporter = Exporter::new(Arc::new(MadeUp::default()), assignment.names(), &times());
        let exporter = Arc::new(exporter.expect("has /proc"));
        let told = Arc::<KernelCalls>::default();
        let agent = Arc::clone(&told) as Arc<dyn Reloadable>;
        let rows = RuleRows::default().adopt(configuration.policy.as_ref()).expect("there is room");
        let reloader = Reloader::new(sources, agent, Arc::clone(&exporter), configuration, assignment, rows);
        Self { file, told, exporter, reloader: Arc::new(reloader) }
    }

    fn reload(&self, text: &str) -> Result<(), ReloadError> {
        fs::write(&self.file.0, text).expect("a temporary file");
        self.reloader.reload()
    }

    fn scrape(&self) -> String {
        self.exporter.scrape(Format::Text)
    }

    fn value(&self, name: &str) -> f64 {
        let text = self.scrape();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.expect(name).parse().expect("a number")
    }

    /// Lists the protocols that are exported in addition to the fixed ones.
    fn exported(&self) -> Vec<String> {
        let begin = "classifier_packets_total{interface=\"eth0\",direction=\"ingress\",protocol=\"";
        let text = self.scrape();
        let lines = text.lines().filter(|line| line.ends_with("role=\"to_server\"} 0"));
        let names = lines.filter_map(|line| line.strip_prefix(begin)?.split('"').next());
        let fixed = |name: &str| Protocol::of_fixed_label(name).is_some();
        names.filter(|name| !fixed(name)).map(str::to_owned).collect()
    }
}

fn port(protocol: &str, port: u16) -> String {
    format!("[[port]]\nprotocol = '{protocol}'\ntransport = 'tcp'\nports = [{port}]\n")
}

#[test]
fn everything_that_can_change_is_passed_on() {
    let scene = Scene::new("");
    let text = "interfaces = ['eth0']\n[ftp]\nendpoint_ttl = '5s'\ncontrol_ports = [21, 2121]\n";
    scene.reload(&format!("{text}{}", port("submission", 587))).expect("it is good");
    assert_eq!(
        scene.told.take(),
        ["names submission", "interfaces eth0", "ports 2121=fixed 587=0", "ftp 5s"]
    );
    scene.reload(&format!("{text}{}", port("submission", 465))).expect("it is good");
    assert_eq!(scene.told.take(), ["ports 2121=fixed 465=0", "ftp 5s"], "the interfaces are the same");
    scene.reload(&format!("{text}{}speaks = 'smtp'\n", port("submission", 465))).expect("it is good");
    assert_eq!(
        scene.told.take(),
        ["ports 2121=fixed 465=0 speaks smtp", "ftp 5s"],
        "only its sessions change"
    );
    scene.reload(&format!("{text}[evidence]\ntop_sources = 5\n")).expect("it is good");
    assert_eq!(scene.told.take(), ["ports 2121=fixed", "ftp 5s", "top_sources 5"]);
}

#[test]
fn names_keep_their_rows_and_their_series() {
    let scene = Scene::new(&[port("a", 1), port("b", 2)].concat());
    assert_eq!(scene.exported(), ["a", "b"]);
    scene.reload(&[port("c", 3), port("b", 2)].concat()).expect("it is good");
    assert_eq!(scene.told.take()[..2], ["names a b c", "ports 3=2 2=1"]);
    assert_eq!(scene.exported(), ["a", "b", "c"]);
    scene.reload(&port("a", 9)).expect("it is good");
    assert_eq!(scene.told.take()[0], "ports 9=0");
    assert_eq!(scene.exported(), ["a", "b", "c"]);
}

#[test]
fn what_is_refused_changes_nothing() {
    let scene = Scene::new(&port("a", 1));
    let full: String = (0..32_u16).map(|number| port(&format!("n{number}"), 1000 + number)).collect();
    for (text, parts) in [
        ("liste = []".to_owned(), [":1:1: ", "unknown key `liste`"]),
        (format!("{}ports = 1\n", port("b", 2)), [":5:1: ", "duplicate key"]),
        (
            format!("{}[ftp]\nmax_sessions = 7\nmax_endpoints = 7\n", port("b", 2)),
            ["`ftp.max_sessions`, `ftp.max_endpoints` cannot change", "restart the agent"],
        ),
        (format!("listen = [':1']\n{}", port("b", 2)), ["`listen` cannot change", "restart the agent"]),
        (format!("interfaces = ['gone']\n{}", port("b", 2)), ["`gone`", "does not exist"]),
        (full, ["`n31` has no row", "classifier detach"]),
    ] {
        let error = scene.reload(&text).expect_err(&text).to_string();
        assert!(
            parts.iter().all(|part| error.contains(part)) && !error.contains('\n'),
            "{parts:?} in: {error}"
        );
        assert_eq!(scene.told.take(), [""; 0], "{error}");
        assert_eq!(scene.exported(), ["a"], "{error}");
    }
    fs::remove_file(&scene.file.0).expect("it is there");
    let error = scene.reloader.reload().expect_err("it is gone").to_string();
    assert!(error.contains("cannot read the configuration file"), "{error}");
    assert_eq!(scene.told.take(), [""; 0]);
}

#[test]
fn the_metrics_say_how_it_went_and_when() {
    let scene = Scene::new("");
    let [good, at] = [
        "classifier_config_last_reload_successful",
        "classifier_config_last_reload_success_timestamp_seconds",
    ];
    let started = scene.value(at);
    assert!(started > 1e9 && scene.value(good) > 0.5);
    scene.reload("[").expect_err("no TOML");
    assert!(scene.value(good) < 0.5 && scene.value(at) <= started);
    scene.reload("").expect("it is good");
    assert!(scene.value(good) > 0.5 && scene.value(at) > started);
}

/// Requests a reload, and returns status and text.
fn ask(endpoints: &Endpoints, method: Method) -> (u16, String) {
    let request = Request::builder().method(method).uri("/-/reload").body(()).expect("a request");
    let answer = endpoints.answer(&request);
    let status = answer.status().as_u16();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let body = runtime.block_on(answer.into_body().collect()).expect("it is there").to_bytes();
    (status, String::from_utf8(body.into()).expect("text"))
}

#[test]
fn over_http_it_must_be_enabled_and_posted() {
    let scene = Scene::new("");
    let disabled = Endpoints::new(Arc::clone(&scene.exporter), TelemetryPath::default());
    let (status, text) = ask(&disabled, Method::POST);
    assert!(status == 403 && text.contains("--enable-reload"), "{text}");
    assert_eq!(scene.told.take(), [""; 0]);
    let enabled = Endpoints::new(Arc::clone(&scene.exporter), TelemetryPath::default())
        .reloading(Arc::clone(&scene.reloader));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(ask(&enabled, method), (405, "only POST and PUT\n".into()));
    }
    assert_eq!(scene.told.take(), [""; 0]);
    for method in [Method::POST, Method::PUT] {
        assert_eq!(ask(&enabled, method), (200, "reloaded\n".into()));
    }
    assert_eq!(scene.told.take(), ["ports", "ftp 300s"].repeat(2));
    fs::write(&scene.file.0, "\n egress = 1\n").expect("a temporary file");
    let (status, text) = ask(&enabled, Method::POST);
    assert!(status == 500 && text.contains(":2:11: `egress`: "), "{text}");
}

/// Writes a policy with a rule of each name.
fn rules(names: &[&str]) -> String {
    let rules = names.iter().map(|name| format!("[[rule]]\nname = '{name}'\naction = 'drop'\n"));
    format!("default = 'accept'\n{}", rules.collect::<String>())
}

#[test]
fn a_policy_is_written_before_anything_changes_and_applied_behind_all_else() {
    let policy = Written::new(rules(&["a"]));
    let config = format!("policy = '{}'\n", policy.path());
    let scene = Scene::new(&config);
    assert!(scene.reload(&config).is_ok());
    assert_eq!(scene.told.take(), ["ports", "ftp 300s"], "what stays the same is left alone");
    fs::write(&policy.0, rules(&["b", "a"])).unwrap();
    assert!(scene.reload(&config).is_ok());
    assert_eq!(scene.told.take(), ["staged b a", "rules a b", "ports", "ftp 300s", "applied"]);
}

#[test]
fn a_policy_that_is_wrong_or_finds_no_room_changes_nothing() {
    let policy = Written::new(rules(&["a"]));
    let config = format!("policy = '{}'\n", policy.path());
    let scene = Scene::new(&config);
    let wrong = rules(&["a", "a"]);
    for (text, why) in
        [(wrong.as_str(), ":6:8: `rule.name`: two rules have the name `a`"), (&rules(&["huge"]), "no memory")]
    {
        fs::write(&policy.0, text).unwrap();
        let error = scene.reload(&config).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains('\n'), "{error}");
        assert_eq!(
            (scene.told.take(), scene.value("classifier_config_last_reload_successful")),
            (vec![], 0.0)
        );
    }
    let error = scene.reload("").unwrap_err().to_string();
    assert_eq!(error, "`policy` cannot change while the agent runs; restart the agent, or undo the change");
}
