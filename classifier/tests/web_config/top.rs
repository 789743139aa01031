// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier top` reads an agent over TLS, with a user's name and password.

use std::process::{Command, Output};

use crate::scene::{Scene, TLS};

fn top(url: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["top", "--once", "--interval", "0.1", "--url", url]).args(more);
    command.env_remove("SSL_CERT_FILE").output().expect("it is there")
}

#[test]
fn an_agent_is_looked_at_over_tls_with_a_password() {
    let scene = Scene::new();
    let hash = bcrypt::hash("pass:word", 4).expect("has random numbers");
    let server = scene.serve(&format!("{TLS}basic_auth_users:\n  carol: {hash}\n"));
    let port = server.addresses[0].port();
    let authorities = scene.folder.join("ca.crt");
    let trusting = ["--ca", &authorities];
    let credentials = scene.folder.join("credentials");
    scene.folder.write("credentials", "carol:pass:word\n");
    let url = format!("https://localhost:{port}");

    for (url, more) in [
        (url.clone(), vec!["--credentials", &credentials]),
        (format!("https://carol:pass%3Aword@127.0.0.1:{port}/metrics"), vec![]),
        (format!("https://carol:bad@localhost:{port}/"), vec!["--credentials", &credentials]),
    ] {
        let output = top(&url, &[&trusting[..], &more].concat());
        let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && text.contains("smtp"), "{url}: {text}{said}");
    }

    let empty = scene.folder.join("server.key");
    for (url, more, part) in [
        (
            url.clone(),
            &trusting[..],
            "answers 401 Unauthorized; name a file with user:password with --credentials",
        ),
        (url.clone(), &["--credentials", &credentials], "invalid peer certificate: UnknownIssuer"),
        (
            url.clone(),
            &["--ca", &empty],
            "it has no certificate of an authority; give a file with certificates",
        ),
        (url.clone(), &["--ca", "/nonexistent"], "cannot use /nonexistent: No such file"),
        (url.clone(), &["--credentials", &authorities], "its first line is not user:password"),
        (format!("http://localhost:{port}"), &[], "see the agent's log"),
        ("http://localhost:1".into(), &[], "Connection refused"),
    ] {
        let output = top(&url, more);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{url} {more:?}: {said}");
        assert!(
            said.contains(part) && said.lines().count() == 1 && !said.contains("pass:word"),
            "{url} {more:?}: {said}"
        );
    }
}
