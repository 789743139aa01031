// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The images of `docs/page.md`: agents that really count real traffic of three hosts, in a real browser.

mod camera;
mod clients;
mod gateway;
mod mail_server;
mod mail_traffic;

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Host, Lab};

use self::{camera::Camera, gateway::Gateway, mail_server::MailServer};
use crate::scene::BINARY;

/// Time after which the charts are full.
const FULL: Duration = Duration::from_secs(15 * 60 + 15);

/// Age of the idle host's agent.
const YOUNG: Duration = Duration::from_mins(3);

/// Width of a screen on a wall.
const WALL: u32 = 1920;

#[test]
#[ignore = "takes 16 minutes, and writes docs/images"]
fn images_of_the_page_busy_idle_and_broken() {
    let lab = Lab::new();
    let server = MailServer::new(&lab);
    let gateway = Gateway::new(&lab);
    let traffic = [server.traffic(), gateway.traffic()];
    let start = Instant::now();
    let until = |time: Duration| thread::sleep((start + time).saturating_duration_since(Instant::now()));

    until(FULL.saturating_sub(YOUNG));
    let (backup, peer) = (lab.host("backup"), lab.host("lan"));
    let (at_backup, _) = lab.link(&backup, &peer);
    let idle = agent(&backup, "backup-1.example.net", &["-i", &at_backup.name]);
    until(FULL);

    let camera = Camera::of(&server.host);
    camera.take("page-busy", 800, false, ["body", ".totals"]);
    camera.take("page-busy-dark", 1100, true, ["body", ".totals"]);
    camera.take("page-busy-phone", 360, false, ["body", "#services"]);
    camera.take("page-busy-wall", WALL, true, ["body", "body"]);
    camera.take("page-ftp", 1100, false, ["#ftp", "footer"]);
    Camera::of(&backup).take("page-idle", 1100, false, ["body", ".totals"]);
    Camera::of(&gateway.host).take("page-broken", 1100, false, ["body", "#interfaces"]);
    drop(traffic);
    idle.kill();
}

/// Starts an agent on a host with this name, and waits until it is ready.
fn agent(host: &Host, name: &str, arguments: &[&str]) -> Agent {
    let named = "echo \"$1\" > /proc/sys/kernel/hostname; shift; exec \"$@\"";
    let mut command = host.command("unshare");
    command.args(["--uts", "sh", "-c", named, "sh", name, BINARY, "run"]).args(arguments);
    Agent::begin(host, command).when_ready()
}
