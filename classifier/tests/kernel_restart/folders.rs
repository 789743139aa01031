// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Damaged pin directories.

use std::fs;

use testbed::{Pins, attached_in, left_behind};

use crate::scene::{BINARY, Scene};

/// Returns the error of a start that must fail.
fn refused(scene: &Scene, folder: &str) -> String {
    let mut command = scene.counted.command(BINARY);
    command
        .args(["run", "-i", &scene.here.name, "-l", "127.0.0.1:0", "--pin-dir", folder])
        .env("RUST_LOG", "error");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(attached_in(&scene.counted), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
    said
}

#[test]
fn a_folder_that_is_not_on_a_bpf_filesystem_is_named() {
    let scene = Scene::new();
    let folder = std::env::temp_dir().join("classifier-no-bpffs").display().to_string();
    let said = refused(&scene, &folder);
    assert!(said.contains(&folder) && said.contains("mount -t bpf"), "{said}");
    assert!(!fs::exists(&folder).unwrap(), "it is not created either");
}

#[test]
fn a_read_only_filesystem_is_named() {
    let (scene, pins) = (Scene::new(), Pins::read_only());
    let said = refused(&scene, &pins.folder("classifier"));
    assert!(said.contains("ead-only") && said.contains("--pin-dir"), "{said}");
}

#[test]
fn what_is_not_the_classifiers_is_left_alone() {
    let scene = Scene::new();
    fs::create_dir_all(format!("{}/mine", scene.folder())).unwrap();
    let mut agent = scene.agent("auto");
    agent.wait_for("not removed, not created by the classifier");
    agent.leave();
    assert!(scene.detach().contains("not removed, not created by the classifier"));
    assert_eq!(scene.pins.list(), ["classifier", "classifier/mine"]);
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn a_start_that_fails_leaves_the_folder_as_it_was() {
    let scene = Scene::new();
    let folder = scene.folder();
    let mut command = scene.counted.command(BINARY);
    command.args(["run", "-i", &scene.here.name, "-i", "lo", "--xdp-mode", "native", "-l", "127.0.0.1:0"]);
    let output = command.args(["--pin-dir", &folder]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(scene.pins.list(), Vec::<String>::new());
    assert_eq!(attached_in(&scene.counted), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
}

/// Every single pin is removed once: the next agent repairs the directory, and no count is lost.
#[test]
fn half_a_folder_is_repaired() {
    let scene = Scene::new();
    scene.agent("auto").leave();
    scene.send(300).join().unwrap();
    let pins: Vec<_> = scene.pins.list();
    let maps: Vec<_> = pins.iter().filter(|path| path.contains("/maps/")).collect();
    assert!(maps.len() > 12, "{pins:?}");
    let count =
        |agent: &testbed::Agent| agent.metrics().sum("classifier_packets_total", &[("direction", "ingress")]);
    let mut sent = 300;
    for name in maps.iter().map(|path| path.rsplit('/').next().unwrap()) {
        let path =
            scene.pins.list().into_iter().find(|path| path.ends_with(&format!("/maps/{name}"))).unwrap();
        fs::remove_file(scene.pins.folder(&path)).unwrap();
        let agent = scene.agent("auto");
        assert_eq!(count(&agent), sent, "without {name}");
        scene.send(30).join().unwrap();
        sent += 30;
        assert_eq!(count(&agent), sent, "without {name}, counting on");
        agent.leave();
    }
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}
