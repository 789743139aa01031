// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rulesets that would lock somebody out are refused, and the others let people log in.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    process::Output,
    time::Duration,
};

use testbed::{Running, servers::Sshd};

use crate::{
    logged_in::{assert_logs_in, connect, observe, said, serve},
    scene::Scene,
};

const NOW: [&str; 4] = ["--format", "nft", "--min-observation", "0s"];

fn ruleset(scene: &Scene, more: &[&str]) -> Output {
    scene.try_report(&[&NOW, more].concat())
}

fn assert_refused(output: &Output, parts: &[&str]) {
    let said = said(output);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
    assert!(said.lines().count() == 1 && parts.iter().all(|part| said.contains(part)), "{parts:?}: {said}");
}

fn assert_written(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn ten_rulesets_that_would_lock_out_are_refused_and_each_override_lifts_one() {
    let scene = Scene::new();
    let ssh = Sshd::start(&scene.server, 22);
    // A login from before the observation.
    let [_, there] = scene.there();
    let mut before =
        Running::start(ssh.login(&scene.client, &there.to_string(), "echo inside >&2; sleep 60"));
    before.wait_for("inside");
    scene.wait_until_quiet();
    scene.attach_with(&["--preset", "ssh"]);
    assert_refused(
        &ruleset(&scene, &[]),
        &["no service was observed", "tcp/22 would be closed, and sshd listens"],
    );

    let _smtp = serve(&scene, 25);
    observe(&scene, 25, "smtp");
    assert_refused(
        &scene.try_report(&["--format", "nft", "--allow", "tcp/22"]),
        &["the observation lasted", "less than 1h"],
    );
    for allowed in ["tcp/23", "out:tcp/22", "udp/22"] {
        assert_refused(
            &ruleset(&scene, &["--allow", allowed]),
            &["tcp/22 would be closed", "add --allow tcp/22"],
        );
    }
    for format in ["iptables", "policy"] {
        assert_refused(&scene.try_report(&["--format", format, "--min-observation", "0s"]), &["tcp/22"]);
    }
    // An interface of the same name makes no network namespace the agent's.
    scene.client.run("ip", &["link", "add", &scene.at_server.name, "type", "veth"]);
    let elsewhere = scene.try_report_on(&scene.client, &NOW);
    assert_refused(&elsewhere, &["the agent observed another network namespace than this one"]);
    assert_written(&ruleset(&scene, &["--allow", "tcp/22"]));
    assert_written(&ruleset(&scene, &["--no-remote-login"]));

    let other = Sshd::start(&scene.server, 2222);
    assert_refused(&ruleset(&scene, &["--allow", "tcp/22"]), &["tcp/2222 would be closed, and sshd listens"]);
    assert_written(&ruleset(&scene, &["--allow", "tcp/22,tcp/2222"]));
    let forced = ruleset(&scene, &["--force"]);
    assert!(said(&forced).contains("overridden by --force: tcp/2222"), "{}", said(&forced));
    assert!(assert_written(&forced).contains("# overridden by --force: tcp/22 would be closed"));
    let line = ["--pid", "--fork", "--mount-proc", "--", crate::BINARY, "report", "--pin-dir"];
    let mut contained = scene.server.command("unshare");
    contained.args(line).arg(scene.folder()).args(NOW).args(["--allow", "tcp/22"]);
    let contained = contained.output().expect("it runs");
    assert_refused(&contained, &["the processes of closed ports are not visible here"]);

    drop(other);

    let telnet = serve(&scene, 23);
    assert_refused(&ruleset(&scene, &["--allow", "tcp/22"]), &["tcp/23 would be closed"]);
    drop(telnet);

    // The address of the early login is not among the observed sources.
    let [v4, _] = scene.there();
    let output = ssh.login(&scene.client, &v4.to_string(), "true").output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
    scene.wait_until_quiet();
    let written = assert_written(&ruleset(&scene, &[]));
    assert!(written.contains("in_tcp_ssh") && written.contains("listening: sshd"), "{written}");
    let peer = format!("tcp/22 would be closed to {}, which uses sshd now", scene.at_client.v6);
    assert_refused(&ruleset(&scene, &["--sources", "hosts"]), &[&peer]);
    drop(before);

    let mut capture = scene.server.capture(&scene.at_server.name, &[]);
    connect(&scene, 25);
    scene.wait_until_quiet();
    capture.finish();
    let file = capture.file().to_str().expect("a path").to_owned();
    assert_refused(&ruleset(&scene, &["--pcap", &file]), &["a capture does not show", "--no-remote-login"]);
    assert_written(&ruleset(&scene, &["--pcap", &file, "--allow", "tcp/22"]));
}

#[test]
fn after_loading_logins_services_and_clients_work_and_an_unused_service_is_closed() {
    let scene = Scene::new();
    let servers = [22, 2222].map(|port| Sshd::start(&scene.server, port));
    scene.attach();
    let (_smtp, _unused) = (serve(&scene, 25), serve(&scene, 8080));
    observe(&scene, 25, "smtp");
    let sessions = connect(&scene, 22).map(|mut session| {
        assert!(line(&mut session).starts_with("SSH-2.0-"));
        session
    });
    let text = scene.report(&[]);
    for part in ["8080", "closed: never used", "remote login, closed", "remote login, open", "no ruleset: "] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // No protocol has port 22, and its connections are evidence all the same.
    assert_refused(&ruleset(&scene, &[]), &["tcp/2222 would be closed"]);
    let written = assert_written(&ruleset(&scene, &["--allow", "tcp/2222"]));
    assert!(written.contains("in_tcp_22\" accept comment \"ssh: 2 connections established"), "{written}");
    scene.enforce(&written);
    scene.enforce(&written);

    for sshd in &servers {
        assert_logs_in(&scene, sshd);
    }
    connect(&scene, 25);
    for mut session in sessions {
        session.write_all(b"SSH-2.0-test\r\n").expect("it is connected");
        assert!(session.read(&mut [0; 16]).expect("it answers") > 0, "a session from before continues");
    }
    for there in scene.there() {
        let to = SocketAddr::new(there, 8080);
        let patience = Duration::from_millis(500);
        scene.client.enter(|| TcpStream::connect_timeout(&to, patience)).expect_err("it is closed");
    }
    for here in [IpAddr::V4(scene.at_client.v4), IpAddr::V6(scene.at_client.v6)] {
        is_client(&scene, here);
    }
}

fn line(session: &mut TcpStream) -> String {
    let mut byte = [0];
    let mut line = String::new();
    while !line.ends_with('\n') {
        session.read_exact(&mut byte).expect("it greets");
        line.push(char::from(byte[0]));
    }
    line
}

/// Asserts that the server reaches others over TCP and UDP, and gets their answers.
fn is_client(scene: &Scene, here: IpAddr) {
    let listener = scene.client.enter(|| TcpListener::bind((here, 443)).expect("a port"));
    scene.server.enter(|| TcpStream::connect((here, 443))).expect("output is open");
    drop(listener);
    let resolver = scene.client.enter(|| UdpSocket::bind((here, 53)).expect("a port"));
    let any: SocketAddr = if here.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
    let client = scene.server.enter(|| UdpSocket::bind(any).expect("a socket"));
    for socket in [&resolver, &client] {
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
    }
    client.send_to(b"question", (here, 53)).expect("output is open");
    let (_, from) = resolver.recv_from(&mut [0; 8]).expect("it arrives");
    resolver.send_to(b"answer", from).expect("it is sent");
    client.recv_from(&mut [0; 8]).expect("the answer is accepted");
}
