// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The package on a fresh Debian under its own systemd: installed, upgraded, watched, removed, purged.

mod packages;
mod roll_back;
mod scene;

use std::{fs, path::Path};

use packages::pack;
use scene::Scene;
use testbed::{System, attached_in, left_behind, servers::Folder};

/// Exposure by `systemd-analyze security`, from 0 to 10.
const EXPOSURE: &str = "1.8";

#[test]
fn the_package_installs_upgrades_and_removes_as_if_it_had_not_been() {
    let packages = Folder::new("packages");
    let [first, second] = ["0.1.0-1", "0.1.0-2"].map(|version| pack(&packages, version));
    let scene = Scene::new();
    let (files, users) = (scene.system.files(), users(&scene.system));
    assert!(!users.contains("classifier"), "{users}");

    scene.install(&first);
    it_has_pages_and_licences(&scene);
    it_runs_with_little_power(&scene);
    systemd_finds_nothing_wrong(&scene);
    it_counts(&scene);
    an_upgrade_loses_no_count(&scene, &second);
    what_crosses_while_it_is_stopped_is_counted(&scene);
    a_reload_takes_good_settings_and_refuses_bad_ones(&scene);
    one_that_is_stuck_is_started_anew(&scene);
    roll_back::a_timer_removes_the_ruleset_unless_it_is_stopped(&scene);

    scene.machine.run(&["dpkg", "--remove", "classifier"]);
    assert_eq!(attached_in(&scene.host), Vec::<String>::new(), "still attached");
    assert_eq!(left_behind(), Vec::<String>::new(), "still loaded");
    assert!(scene.machine.does(&["test", "!", "-e", "/sys/fs/bpf/classifier"]), "its folder is still there");
    assert!(!scene.system.path().join("usr/bin/classifier").exists(), "a removal leaves the program");
    assert!(
        scene.system.path().join("etc/classifier/classifier.toml").exists(),
        "a removal takes the settings"
    );

    scene.machine.run(&["dpkg", "--purge", "classifier"]);
    assert_eq!(self::users(&scene.system), users);
    let left = scene.system.files();
    let changed: Vec<_> = files
        .keys()
        .chain(left.keys())
        .filter(|path| files.get(*path) != left.get(*path) && !is_bookkeeping(path))
        .map(|path| format!("{}: {:?}, {:?}", path.display(), files.get(path), left.get(path)))
        .collect();
    assert!(changed.is_empty(), "before and after: {changed:#?}");
}

fn it_has_pages_and_licences(scene: &Scene) {
    for file in [
        "man/man1/classifier.1.gz",
        "man/man1/classifier-run.1.gz",
        "man/man5/classifier.toml.5.gz",
        "doc/classifier/LICENSE-MIT",
        "doc/classifier/LICENSE-GPL-2.0",
        "doc/classifier/copyright",
        "classifier/presets/mail.toml",
    ] {
        assert!(scene.system.path().join("usr/share").join(file).exists(), "{file} is missing");
    }
}

fn it_runs_with_little_power(scene: &Scene) {
    assert!(scene.is_active(), "{}", journal(scene));
    assert!(scene.machine.does(&["systemctl", "is-enabled", "--quiet", "classifier"]));
    assert_eq!(scene.property("StatusText"), "counting at 1 interface");
    let process = scene.property("MainPID");
    let status = scene.machine.run(&["cat", &format!("/proc/{process}/status")]);
    let user = scene.machine.run(&["id", "--user", "classifier"]);
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    assert!(line("Uid:").split_whitespace().all(|id| id == user.trim()), "{status}");
    assert_eq!((line("NoNewPrivs:").trim(), line("Seccomp:").trim()), ("1", "2"), "{status}");
    let held = [("user", "classifier"), ("no_new_privs", "true"), ("seccomp", "true")];
    assert_eq!(scene.metrics().sum("classifier_sandbox_info", &held), 1);
    // CAP_NET_ADMIN is 12, CAP_PERFMON 38, CAP_BPF 39.
    let held = u64::from_str_radix(line("CapBnd:").trim(), 16).expect("a mask");
    assert_eq!(held & !(1 << 12 | 1 << 38 | 1 << 39), 0, "{status}");
}

fn systemd_finds_nothing_wrong(scene: &Scene) {
    for unit in ["classifier.service", "classifier-folder.service"] {
        let path = format!("/usr/lib/systemd/system/{unit}");
        assert_eq!(scene.machine.run(&["systemd-analyze", "verify", "--man=no", &path]), "", "{unit}");
    }
    let security = scene.machine.run(&["systemd-analyze", "security", "--no-pager", "classifier.service"]);
    let overall = security.lines().find(|line| line.contains("Overall exposure level")).unwrap_or_default();
    assert!(overall.contains(&format!(": {EXPOSURE} ")), "{security}");
}

fn it_counts(scene: &Scene) {
    let before = scene.counted();
    scene.ping(20);
    assert_eq!(scene.counted() - before, 20);
}

/// Upgrades while the client sends: every request is counted once.
fn an_upgrade_loses_no_count(scene: &Scene, package: &Path) {
    const REQUESTS: u32 = 500;
    let (before, process) = (scene.counted(), scene.property("MainPID"));
    let mut pings = scene.pings(REQUESTS);
    scene.install(package);
    assert!(pings.ended().is_none(), "the upgrade took longer than the traffic: send more");
    assert_ne!(scene.property("MainPID"), process, "the old one runs on");
    assert_eq!(scene.property("NRestarts"), "0");
    assert!(scene.is_active(), "{}", journal(scene));
    assert!(pings.wait().success(), "{}", pings.said());
    assert_eq!(scene.counted() - before, u64::from(REQUESTS));
}

fn what_crosses_while_it_is_stopped_is_counted(scene: &Scene) {
    let before = scene.counted();
    scene.machine.run(&["systemctl", "stop", "classifier"]);
    scene.ping(20);
    scene.machine.run(&["systemctl", "start", "classifier"]);
    assert_eq!(scene.counted() - before, 20);
}

fn a_reload_takes_good_settings_and_refuses_bad_ones(scene: &Scene) {
    const FILE: &str = "/etc/classifier/classifier.toml";
    let (before, process) = (scene.counted(), scene.property("MainPID"));
    scene.machine.run(&["sh", "-c", "cp -a $0 /root/kept && echo 'egres = true' >>$0", FILE]);
    for (restore, taken) in [(&["true"][..], 0), (&["cp", "-a", "/root/kept", FILE], 1)] {
        scene.machine.run(restore);
        scene.machine.run(&["systemctl", "reload", "classifier"]);
        scene.wait_until("reloaded", |scene| {
            scene.metrics().sum("classifier_config_last_reload_successful", &[]) == taken
        });
        scene.ping(10);
    }
    assert_eq!((scene.counted() - before, scene.property("MainPID")), (20, process));
}

fn one_that_is_stuck_is_started_anew(scene: &Scene) {
    const SOON: &str = "mkdir --parents $0 && printf '[Service]\nWatchdogSec=2\n' >$0/soon.conf && \
                        systemctl daemon-reload && systemctl restart classifier";
    const FOLDER: &str = "/run/systemd/system/classifier.service.d";
    scene.machine.run(&["sh", "-c", SOON, FOLDER]);
    scene.machine.run(&["systemctl", "kill", "--kill-whom=main", "--signal=STOP", "classifier"]);
    scene.wait_until("started the agent anew", |scene| {
        scene.property("NRestarts") == "1" && scene.is_active()
    });
    scene.machine.run(&["rm", "-r", FOLDER]);
    it_counts(scene);
}

/// Lists all users of the machine.
fn users(system: &System) -> String {
    let read = |file: &str| fs::read_to_string(system.path().join(file)).expect("a list");
    ["etc/passwd", "etc/group", "etc/shadow", "etc/gshadow"].map(read).concat()
}

/// Tells whether a file is bookkeeping of packages: dpkg's own lists, and the lists of users before the last
/// change.
fn is_bookkeeping(path: &Path) -> bool {
    let below = ["var/lib/dpkg", "var/lib/systemd"].iter().any(|folder| path.starts_with(folder));
    below || path.starts_with("etc") && path.to_string_lossy().ends_with('-')
}

fn journal(scene: &Scene) -> String {
    scene.machine.run(&["journalctl", "--no-pager", "--unit", "classifier"])
}
