// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pinned agents, agents that have gone, and a directory without permission to read.

use std::{
    fs::{self, Permissions, remove_file},
    os::unix::fs::PermissionsExt as _,
};

use serde_json::{Value, json};
use testbed::{Agent, End, Host, Lab, Pins, left_behind};

use crate::shown::{self, BINARY, all, list, of_programs};

struct Scene {
    host: Host,
    end: End,
    pins: Pins,
    folder: String,
    /// Keeps the other end of the link.
    _other: Host,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let [host, other] = ["counted", "other"].map(|name| lab.host(name));
        let (end, _) = lab.link(&host, &other);
        let pins = Pins::new();
        let folder = pins.folder("classifier");
        Self { host, end, pins, folder, _other: other }
    }

    fn agent(&self) -> Agent {
        self.host.agent(BINARY, &["-i", &self.end.name, "--xdp-mode", "off", "--pin-dir", &self.folder])
    }

    fn shown(&self) -> Value {
        all(&self.host, &["--pin-dir", &self.folder])
    }

    fn interfaces(&self, ingress: &str, egress: &str) -> Value {
        json!([{"index": self.end.index, "name": self.end.name, "ingress": ingress, "egress": egress}])
    }

    /// Returns the path of a pin of the interface.
    fn pin(&self, name: &str) -> String {
        format!("{}/1/interfaces/{}/{name}", self.folder, self.end.name)
    }
}

/// Returns the agent that is pinned in a directory and whose process has gone, with its only problem.
fn gone(shown: &Value, folder: &str) -> (Value, String) {
    let is_there = |agent: &&Value| agent["pins"] == json!({"folder": folder, "process": null});
    let mut agents = list(shown, "agents").iter().filter(is_there);
    let agent = agents.next().unwrap_or_else(|| panic!("none is pinned in {folder}: {shown}"));
    assert_eq!(agent["process"], Value::Null);
    let problem = agent["problems"][0].as_str().unwrap_or_else(|| panic!("no problem: {agent}"));
    (agent.clone(), problem.to_owned())
}

#[test]
fn who_holds_the_folder_is_shown_and_that_nobody_does() {
    let scene = Scene::new();
    let Scene { host, pins, folder, .. } = &scene;
    assert_eq!(scene.shown()["problems"], json!([]), "a folder that is not there is no problem");
    assert_eq!(pins.list(), Vec::<String>::new(), "looking creates nothing");

    for end in [Agent::kill, Agent::leave] {
        let agent = scene.agent();
        let there = pins.list();
        pins.set_read_only(true);
        fs::create_dir(pins.folder("refused")).expect_err("it is read-only");
        let shown = scene.shown();
        pins.set_read_only(false);
        assert_eq!(shown["problems"], json!([]));
        let its = of_programs(&shown, &shown::programs(&agent));
        assert_eq!(its["problems"], json!([]), "{its}");
        assert_eq!(its["pins"], json!({"folder": folder, "process": agent.id()}));
        let process = &its["process"];
        assert_eq!(process["id"], agent.id());
        assert_eq!(process["user"], "root");
        assert_eq!(process["capabilities"], json!(["cap_net_admin", "cap_perfmon", "cap_bpf"]));
        assert_eq!([&process["no_new_privs"], &process["seccomp"]], [&json!(true), &json!("filter")]);
        assert!(process["age_seconds"].as_f64().is_some_and(|age| (0.0..60.0).contains(&age)), "{process}");
        assert_eq!(its["unattributed_packets"], 0);
        assert_eq!(pins.list(), there, "looking changes nothing");

        end(agent);
        let shown = scene.shown();
        let (its, problem) = gone(&shown, folder);
        assert_eq!(list(&its, "problems").len(), 1, "{its}");
        let says = ["the kernel continues to count without an agent", "classifier run", "classifier detach"];
        assert!(says.iter().all(|part| problem.contains(part)), "{problem}");
        assert_eq!(its["interfaces"], scene.interfaces("tcx", "tcx"));
        assert_eq!(shown["problems"], json!([]));
    }
    host.run(BINARY, &["detach", "--pin-dir", folder]);
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn a_hook_that_is_gone_is_named_and_so_are_pins_without_a_program() {
    let scene = Scene::new();
    let Scene { host, folder, end, .. } = &scene;
    scene.agent().kill();
    remove_file(scene.pin("ingress_tcx")).expect("it is pinned");
    let shown = scene.shown();
    let (its, _) = gone(&shown, folder);
    assert_eq!(its["interfaces"], scene.interfaces("none", "tcx"));
    let problem = its["problems"][1].as_str().expect("a second problem");
    let says = format!("{} has counters and no program on its ingress hook", end.name);
    assert!(
        problem.starts_with(&says) && problem.ends_with("start the agent, which attaches it again"),
        "{problem}"
    );

    remove_file(scene.pin("egress_tcx")).expect("it is pinned");
    // The kernel frees the programs late.
    assert_eq!(left_behind(), Vec::<String>::new());
    let shown = scene.shown();
    let problem = shown["problems"][0].as_str().unwrap_or_else(|| panic!("no problem: {shown}"));
    let says = format!("{folder} has pinned counters, and no program");
    assert!(problem.starts_with(&says) && problem.contains("classifier detach"), "{problem}");

    // The remedy works.
    let agent = scene.agent();
    let its = of_programs(&scene.shown(), &shown::programs(&agent));
    assert_eq!(its["problems"], json!([]));
    assert_eq!(its["interfaces"], scene.interfaces("tcx", "tcx"));
    agent.kill();
    host.run(BINARY, &["detach", "--pin-dir", folder]);
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn a_hook_that_was_cut_from_a_running_agent_is_named() {
    let scene = Scene::new();
    let agent = scene.agent();
    // No scrape before: it would make the agent check its hooks.
    let its = || {
        let shown = scene.shown();
        let pins = json!({"folder": scene.folder, "process": agent.id()});
        let mut agents = list(&shown, "agents").iter().filter(|agent| agent["pins"] == pins);
        agents.next().unwrap_or_else(|| panic!("it is not shown: {shown}")).clone()
    };
    let whole = its();
    let egress = list(&whole, "programs").iter().find(|program| program["hook"] == "tc_egress");
    let egress = &egress.unwrap_or_else(|| panic!("no egress program: {whole}"))["id"];
    let links = scene.host.run("bpftool", &["--json", "link"]);
    let links: Value = serde_json::from_str(&links).expect("it is JSON");
    let mut links = links.as_array().expect("a list").iter().filter(|link| link["prog_id"] == *egress);
    let link = links.next().expect("it hangs on a link")["id"].to_string();
    scene.host.run("bpftool", &["link", "detach", "id", &link]);

    let cut = its();
    assert_eq!(cut["interfaces"], scene.interfaces("tcx", "none"));
    let problem = cut["problems"][0].as_str().unwrap_or_else(|| panic!("no problem: {cut}"));
    assert!(
        problem.starts_with(&format!("{} has counters and no program on its egress hook", scene.end.name))
    );
    assert!(problem.contains("the agent attaches it again after the next scrape"), "{problem}");

    agent.kill();
    scene.host.run(BINARY, &["detach", "--pin-dir", &scene.folder]);
}

#[test]
fn an_agent_without_pins_is_found_by_its_descriptors() {
    let scene = Scene::new();
    let agent = scene.host.agent(
        BINARY,
        &[
            "-i",
            &scene.end.name,
            "--xdp-mode",
            "off",
            "--pin-dir",
            "",
            "--user",
            "nobody",
            "--capabilities",
            "none",
        ],
    );
    let its = of_programs(&scene.shown(), &shown::programs(&agent));
    assert_eq!([&its["pins"], &its["problems"]], [&Value::Null, &json!([])]);
    assert_eq!([&its["process"]["id"], &its["process"]["user"]], [&json!(agent.id()), &json!("nobody")]);
    assert_eq!(its["process"]["capabilities"], json!([]));

    // An invisible process is not reported as gone.
    let within = ["--pid", "--fork", "--mount-proc", BINARY, "status", "--format", "json"];
    let text = scene.host.run("unshare", &within);
    let shown: Value = serde_json::from_str(&text).expect("it is JSON");
    let its = of_programs(&shown, &shown::programs(&agent));
    let problem = its["problems"][0].as_str().unwrap_or_else(|| panic!("no problem: {its}"));
    assert!(problem.starts_with("no process of this PID namespace uses these programs"), "{problem}");
    assert_eq!(its["process"], Value::Null);
    agent.stop();
}

#[test]
fn a_folder_that_may_not_be_looked_into_is_a_problem_and_no_failure() {
    let scene = Scene::new();
    let agent = scene.agent();
    fs::set_permissions(&scene.folder, Permissions::from_mode(0o000)).expect("root may");
    let command = ["--bounding-set", "-dac_override,-dac_read_search", BINARY, "status", "--format", "json"];
    let text = scene.host.run("setpriv", &[&command[..], &["--pin-dir", &scene.folder]].concat());
    let shown: Value = serde_json::from_str(&text).expect("it is JSON");
    let problem = shown["problems"][0].as_str().unwrap_or_else(|| panic!("no problem: {shown}"));
    assert!(problem.starts_with(&format!("cannot list {}: Permission denied", scene.folder)), "{problem}");
    let its = of_programs(&shown, &shown::programs(&agent));
    assert_eq!([&its["pins"], &its["process"]["id"]], [&Value::Null, &json!(agent.id())]);
    fs::set_permissions(&scene.folder, Permissions::from_mode(0o700)).expect("root may");
    agent.kill();
    scene.host.run(BINARY, &["detach", "--pin-dir", &scene.folder]);
    assert_eq!(left_behind(), Vec::<String>::new());
}
