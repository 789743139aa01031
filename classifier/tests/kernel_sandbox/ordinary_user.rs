// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Starts as a normal user, with capabilities of the file or of the service manager.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use testbed::{End, Host, Lab, Running, attached_in, left_behind, run, servers::Folder};

use crate::{
    BINARY,
    held::{ATTACHING, NOBODY, ids, statuses},
};

/// Needed capabilities, in the form of setcap(8).
const NEEDED: &str = "cap_bpf,cap_net_admin,cap_perfmon+ep";

struct Scene {
    host: Host,
    _other: Host,
    end: End,
    folder: Folder,
}

impl Scene {
    /// Creates a scene with a copy of the agent that everybody may start.
    fn new() -> Self {
        let lab = Lab::new();
        let [host, other] = ["near", "far"].map(|name| lab.host(name));
        let (end, _) = lab.link(&host, &other);
        let folder = Folder::new("ordinary");
        let copy = folder.join("classifier");
        fs::copy(BINARY, &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        Self { host, _other: other, end, folder }
    }

    fn copy(&self) -> String {
        self.folder.join("classifier")
    }

    fn give_file(&self, capabilities: &str) {
        run(Command::new("setcap").args([capabilities, &self.copy()]));
    }

    /// Runs the agent as a normal user, with these arguments of setpriv(1).
    fn command(&self, beside: &[&str]) -> Command {
        let (user, group) = ids(NOBODY);
        let mut command = self.host.command("setpriv");
        command.args(["--reuid", &user, "--regid", &group, "--clear-groups"]).args(beside);
        command.args([self.copy().as_str(), "run", "-i", &self.end.name, "--sandbox", "required"]);
        command.env_remove("RUST_LOG");
        command
    }

    fn assert_serves(&self, command: Command) {
        let mut agent = Running::start(command);
        agent.wait_for("serving metrics");
        let url = "http://127.0.0.1:9877/metrics";
        let metrics = self.host.run("curl", &["--silent", "--fail", "--noproxy", "*", url]);
        assert!(metrics.contains("classifier_scrape_success 1"), "{metrics}");
        assert!(metrics.contains("classifier_sandbox_info{user=\"nobody\",capabilities=\"cap_net_admin,"));
        assert!(metrics.contains("process_open_fds"), "its own process can be seen");
        assert_eq!(attached_in(&self.host).len(), 2);
        for status in statuses(agent.id()) {
            assert_eq!(status["CapEff"], format!("{ATTACHING:016x}"));
            assert_eq!((status["NoNewPrivs"].as_str(), status["Seccomp"].as_str()), ("1", "2"));
        }
        assert_eq!(agent.interrupt().code(), Some(0), "{}", agent.said());
        assert_eq!(attached_in(&self.host), Vec::<String>::new());
        assert_eq!(left_behind(), Vec::<String>::new());
    }

    /// Returns the error of a failing start.
    fn refusal(&self, command: &mut Command) -> String {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(attached_in(&self.host), Vec::<String>::new());
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn capabilities_of_the_file() {
    let scene = Scene::new();
    scene.give_file(NEEDED);
    scene.assert_serves(scene.command(&[]));
}

#[test]
fn capabilities_of_the_service_manager() {
    let scene = Scene::new();
    let names = "+bpf,+net_admin,+perfmon";
    scene.assert_serves(scene.command(&["--inh-caps", names, "--ambient-caps", names]));
}

#[test]
fn each_of_the_three_is_needed() {
    let scene = Scene::new();
    for (given, missing) in [
        ("cap_bpf,cap_net_admin+ep", "CAP_PERFMON"),
        ("cap_bpf,cap_perfmon+ep", "CAP_NET_ADMIN"),
        ("cap_net_admin,cap_perfmon+ep", "CAP_BPF"),
    ] {
        scene.give_file(given);
        let said = scene.refusal(&mut scene.command(&[]));
        assert!(said.starts_with(&format!("classifier: missing {missing}: run as root")), "{said}");
    }
}

#[test]
fn a_normal_user_cannot_become_another() {
    let scene = Scene::new();
    scene.give_file(NEEDED);
    let said = scene.refusal(scene.command(&[]).args(["--user", "daemon"]));
    let words = "classifier: cannot switch to user `daemon`: Operation not permitted";
    assert!(said.contains(words) && said.contains("leave out --user"), "{said}");
    scene.assert_serves({
        let mut command = scene.command(&[]);
        command.args(["--user", NOBODY]);
        command
    });
}
