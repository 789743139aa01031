// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A failing start: pinned programs continue to count, with the settings of the previous agent.

use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp};
use testbed::{FrameSocket, attached_in, left_behind, servers::Folder};

use crate::scene::{BINARY, Scene};

fn send(scene: &Scene, port: u16, count: usize) {
    let socket = FrameSocket::open(&scene.sender, &scene.there);
    (0..count).for_each(|_| socket.send(ethernet(ipv4(tcp(CLIENT, port))).bytes()).unwrap());
}

fn protocol(name: &str, port: u16) -> String {
    format!("[[port]]\nprotocol = \"{name}\"\ntransport = \"tcp\"\nports = [{port}]\n")
}

#[test]
fn the_ports_of_the_agent_before_stay_until_a_start_has_succeeded() {
    let (scene, files) = (Scene::new(), Folder::new("refused"));
    let first = files.write("first.toml", &(protocol("submission", 587) + "[ftp]\ncontrol_ports = [2121]\n"));
    // One name more than there are rows, with the one that has a row.
    let names: String = (0..32).map(|number| protocol(&format!("other{number}"), 4000 + number)).collect();
    let names = files.write("names.toml", &names);
    let other = files.write("other.toml", protocol("other", 587));
    scene.agent_with("native", &["--config", &first]).leave();
    send(&scene, 587, 10);

    let here = scene.here.name.clone();
    let too_many: &[&str] = &["--config", &names];
    // Attached to one interface and refused by the other.
    let hook: &[&str] = &["--config", &other, "-i", "lo"];
    for flags in [too_many, hook] {
        let mut command = scene.counted.command(BINARY);
        command.args(["run", "-i", &here, "--xdp-mode", "native", "-l", "127.0.0.1:0", "--pin-dir"]);
        let output = command.arg(scene.folder()).args(flags).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        send(&scene, 587, 10);
        send(&scene, 21, 10);
    }

    let agent = scene.agent_with("native", &["--config", &first]);
    let metrics = agent.metrics();
    let count = |protocol| metrics.sum("classifier_packets_total", &[("protocol", protocol)]);
    assert_eq!([count("submission"), count("ftp_control"), count("tcp_other")], [30, 0, 20]);
    agent.leave();

    // A successful start applies its own settings.
    let agent = scene.agent_with("native", &["--config", &other]);
    send(&scene, 587, 10);
    send(&scene, 21, 10);
    let metrics = agent.metrics();
    let count = |protocol| metrics.sum("classifier_packets_total", &[("protocol", protocol)]);
    assert_eq!([count("submission"), count("other"), count("ftp_control")], [30, 10, 10]);
    agent.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}

#[test]
fn an_interface_stays_at_its_hook_where_another_one_is_refused() {
    let scene = Scene::new();
    scene.agent("off").leave();
    let before = attached_in(&scene.counted);
    let here = scene.here.name.clone();
    let mut other = scene.counted.spawn(
        BINARY,
        &["run", "-i", &here, "--xdp-mode", "generic", "--no-egress", "--pin-dir", "", "-l", "127.0.0.1:0"],
    );
    other.wait_for("serving metrics");
    let mut command = scene.counted.command(BINARY);
    command.args(["run", "-i", &here, "--xdp-mode", "native", "-l", "127.0.0.1:0", "--pin-dir"]);
    let output = command.arg(scene.folder()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    other.interrupt();
    assert_eq!(attached_in(&scene.counted), before);
    send(&scene, 25, 10);
    let agent = scene.agent("off");
    assert_eq!(agent.metrics().sum("classifier_packets_total", &[("protocol", "smtp")]), 10);
    agent.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}
