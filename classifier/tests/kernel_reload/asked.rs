// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `POST /-/reload`, with the web configuration.

use testbed::{Agent, Running};

use crate::scene::{BINARY, HELD, Scene, port};

const URL: &str = "http://127.0.0.1:9877/-/reload";

/// Web configuration with a hash of `secret` at the least cost.
const WEB: &str =
    "basic_auth_users:\n  operator: $2b$04$QDkkF67e8YuaoqOYOodpw.CaR0.WxlE.hot6P1Nmnml02QDA8UVti\n";

/// Requests a reload, and returns status and text.
fn ask(scene: &Scene, arguments: &[&str]) -> (String, String) {
    let always = ["--silent", "--noproxy", "*", "--write-out", "%{http_code}", URL];
    let said = scene.receiver.run("curl", &[&always[..], arguments].concat());
    let (body, status) = said.split_at(said.len() - 3);
    (status.to_owned(), body.to_owned())
}

#[test]
fn it_is_forbidden_unless_it_was_enabled() {
    let scene = Scene::new("");
    let agent = scene.agent(&[]);
    let (status, said) = ask(&scene, &["--request", "POST"]);
    assert_eq!(status, "403");
    assert!(said.contains("--enable-reload"), "{said}");
    agent.stop();
}

#[test]
fn where_it_was_it_answers_with_how_it_went() {
    let scene = Scene::new("");
    let agent: Agent = scene.agent(&["--web.enable-lifecycle"]);
    assert_eq!(ask(&scene, &[]).0, "405");
    assert_eq!(ask(&scene, &["--request", "POST"]), ("200".into(), "reloaded\n".into()));
    let path = scene.configure("ports = 1\n");
    let (status, said) = ask(&scene, &["--request", "POST"]);
    assert_eq!(status, "500");
    assert!(said.starts_with(&format!("{path}:3:1: `ports`: unknown key")) && said.ends_with('\n'), "{said}");
    assert_eq!(said.lines().count(), 1);
    agent.stop();
}

#[test]
fn nobody_asks_without_a_password() {
    let scene = Scene::new("");
    let web = scene.folder.write("web.yml", WEB);
    let mut command = scene.receiver.command(BINARY);
    let config = scene.folder.join("classifier.toml");
    command.args(["run", "--config", &config, "--web-config", &web, "--enable-reload"]).args(HELD);
    let mut agent = Running::start(command);
    agent.wait_for("serving metrics");
    scene.configure(&port("submission", 587));
    for login in [&[][..], &["--user", "operator:wrong"]] {
        assert_eq!(ask(&scene, &[&["--request", "POST"], login].concat()).0, "401");
    }
    assert!(!agent.said().contains("reloaded"), "{}", agent.said());
    let (status, _) = ask(&scene, &["--request", "POST", "--user", "operator:secret"]);
    assert_eq!(status, "200");
    agent.wait_for("configuration reloaded");
    assert_eq!(agent.interrupt().code(), Some(0), "{}", agent.said());
}
