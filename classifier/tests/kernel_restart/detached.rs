// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Objects that are left after agents end, and after they are detached.

use testbed::{Pins, attached_in, left_behind};

use crate::scene::{BINARY, Scene};

#[test]
fn a_second_agent_is_told_who_holds_the_folder() {
    let scene = Scene::new();
    let first = scene.agent("auto");
    let folder = scene.folder();
    for arguments in [
        &["run", "-i", &scene.here.name, "-l", "127.0.0.1:0", "--pin-dir", &folder][..],
        &["detach", "--pin-dir", &folder],
    ] {
        let output = scene.counted.command(BINARY).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&folder) && said.contains(&format!("process {}", first.id())), "{said}");
    }
    assert_ne!(attached_in(&scene.counted), Vec::<String>::new());
    first.leave();
    scene.agent("auto").leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn without_a_folder_all_ends_with_the_agent() {
    let scene = Scene::new();
    scene.counted.agent(BINARY, &["-i", &scene.here.name, "--pin-dir", ""]).stop();
    assert_eq!(scene.pins.list(), Vec::<String>::new());
}

#[test]
fn what_is_not_pinned_there_needs_no_detaching() {
    let scene = Scene::new();
    assert_eq!(scene.detach(), "nothing was pinned\n");
}

#[test]
fn a_folder_that_is_a_mount_point_is_cleared_and_stays() {
    let scene = Scene::new();
    let mounted = Pins::mounted();
    let root = mounted.folder("");
    scene.counted.agent(BINARY, &["-i", &scene.here.name, "--pin-dir", &root]).leave();
    assert_ne!(mounted.list(), Vec::<String>::new());
    let said = scene.counted.run(BINARY, &["detach", "--pin-dir", &root]);
    assert!(said.starts_with(&format!("no longer counted: {}\n", scene.here.name)), "{said}");
    assert_eq!(mounted.list(), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
}
