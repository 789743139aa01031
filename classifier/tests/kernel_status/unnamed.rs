// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs without names, as aya loads them on a kernel without tracing. strace refuses the first program that
//! aya probes, which is a tracepoint's.

use std::{fs, process::Command};

use aya_obj::generated::bpf_cmd;
use serde_json::{Value, json};
use testbed::{Agent, Host, Lab, Pins, attached_in, run};

use crate::{
    refused::refuse,
    shown::{BINARY, list},
};

/// A host with an interface and a pin directory, whose kernel has TCX or seems not to.
struct Scene {
    host: Host,
    interface: String,
    folder: String,
    has_tcx: bool,
    /// Keeps the pins, and the other end of the link.
    _kept: (Pins, Host),
}

impl Scene {
    fn new(has_tcx: bool) -> Self {
        let lab = Lab::new();
        let [host, other] = ["counted", "other"].map(|name| lab.host(name));
        let (end, _) = lab.link(&host, &other);
        let pins = Pins::new();
        let folder = pins.folder("classifier");
        Self { host, interface: end.name, folder, has_tcx, _kept: (pins, other) }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.host.command(program);
        command.args(arguments);
        if !self.has_tcx {
            refuse(&mut command, bpf_cmd::BPF_PROG_QUERY, libc::EINVAL);
        }
        command
    }

    /// Starts an agent by way of `wrapper`.
    fn agent(&self, wrapper: &[&str]) -> Agent {
        let run = [BINARY, "run", "-i", &self.interface, "--xdp-mode", "off", "--pin-dir", &self.folder];
        let words = [wrapper, &run].concat();
        Agent::begin(&self.host, self.command(words[0], &words[1..])).when_ready()
    }

    /// Starts an agent whose call with this number is refused.
    fn refused_at(&self, call: usize) -> Agent {
        let inject = format!("inject=bpf:error=EINVAL:when={call}");
        self.agent(&[&STRACE, &["-o", "/dev/null", "-e", "signal=none", "-e", &inject][..]].concat())
    }

    /// Returns the only agent of the folder.
    fn shown(&self) -> Value {
        let arguments = ["status", "--format", "json", "--pin-dir", &self.folder];
        let output = self.command(BINARY, &arguments).output().expect("it starts");
        let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let mut its = list(&shown, "agents").iter().filter(|its| its["pins"]["folder"] == *self.folder);
        its.next().unwrap_or_else(|| panic!("no agent: {shown}")).clone()
    }

    fn detach(&self) {
        run(&mut self.command(BINARY, &["detach", "--pin-dir", &self.folder]));
        assert_eq!(attached_in(&self.host), Vec::<String>::new(), "TCX: {}", self.has_tcx);
    }
}

const STRACE: [&str; 5] = ["strace", "-D", "-f", "-qq", "-etrace=bpf"];

/// Counts the calls of a start up to the first program that is a tracepoint's.
fn call_of_the_probe() -> usize {
    let scene = Scene::new(true);
    let log = std::env::temp_dir().join(format!("classifier-calls-{}", std::process::id()));
    let path = log.to_str().expect("a path of letters");
    scene.agent(&[&STRACE, &["-o", path][..]].concat()).kill();
    let calls = fs::read_to_string(&log).expect("strace writes it");
    fs::remove_file(&log).expect("it is there");
    scene.detach();
    let mut calls = calls.lines().filter(|line| line.contains(" bpf("));
    calls.position(|call| call.contains("BPF_PROG_TYPE_TRACEPOINT")).expect("aya probes names") + 1
}

/// Agents without names are shown, taken over and detached, with TCX links and with filters.
#[test]
fn programs_without_names_are_found_by_their_types() {
    let call = call_of_the_probe();
    for has_tcx in [true, false] {
        for is_taken_over in [false, true] {
            let scene = Scene::new(has_tcx);
            let agent = scene.refused_at(call);
            let its = scene.shown();
            let programs: Vec<_> = list(&its, "programs").iter().map(|program| &program["name"]).collect();
            assert_eq!(programs, ["classifier_in", "classifier_out"], "{its}");
            assert_eq!(its["problems"], json!([]), "{its}");
            let id = its["programs"][0]["id"].to_string();
            let described = run(scene.host.command("bpftool").args(["prog", "show", "id", &id]));
            assert!(!described.contains("name classifier"), "{described}");
            agent.kill();
            if is_taken_over {
                let agent = scene.agent(&[]);
                let its = scene.shown();
                assert_eq!(its["problems"], json!([]), "TCX: {has_tcx}: {its}");
                assert_eq!(list(&its, "programs").len(), 2, "TCX: {has_tcx}: {its}");
                agent.kill();
            }
            scene.detach();
        }
    }
}
