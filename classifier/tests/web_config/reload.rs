// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Configurations and certificates that change while they are in use.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    authority::{Authority, Valid},
    scene::{Scene, TLS, until},
    served::Served,
    tls_client::Offer,
};

/// Time that exceeds the least age of a complete file.
const REST: Duration = Duration::from_millis(200);

fn user(name: &str) -> String {
    format!("basic_auth_users:\n  {name}: {}\n", bcrypt::hash("secret", 4).expect("has random numbers"))
}

/// Returns the credentials `name:secret`.
fn as_user(name: &str) -> String {
    use base64::Engine as _;
    let encoded = base64::prelude::BASE64_STANDARD.encode(format!("{name}:secret"));
    format!("Authorization: Basic {encoded}\r\n")
}

fn status(server: &Served, headers: &str) -> u16 {
    server.get("/metrics", headers).status()
}

/// Returns a gauge of the web configuration, requested as alice.
fn gauge(server: &Served, name: &str) -> f64 {
    let text = server.get("/metrics", &as_user("alice")).text();
    let name = format!("classifier_web_config_last_reload_{name} ");
    let value = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_else(|| panic!("{text}"));
    value.parse().expect("samples are numbers")
}

#[test]
fn users_come_and_go() {
    let scene = Scene::new();
    let server = scene.serve(&user("alice"));
    assert_eq!((status(&server, &as_user("alice")), status(&server, &as_user("bob"))), (200, 401));
    scene.write(user("bob"));
    until("bob is let in", || status(&server, &as_user("bob")) == 200);
    assert_eq!(status(&server, &as_user("alice")), 401);
}

#[test]
fn a_password_that_was_changed_is_not_remembered() {
    let scene = Scene::new();
    let server = scene.serve(&user("alice"));
    assert_eq!(status(&server, &as_user("alice")), 200);
    let other = bcrypt::hash("other", 4).unwrap();
    scene.write(format!("basic_auth_users:\n  alice: {other}\n"));
    until("the old password is wrong", || status(&server, &as_user("alice")) == 401);
}

#[test]
fn a_certificate_is_renewed() {
    let scene = Scene::new();
    scene.renew(Valid::Before);
    let server = scene.serve(TLS);
    assert_ne!(scene.told(&server, Offer::default()), "");
    scene.renew(Valid::Now);
    until("the new certificate is shown", || scene.told(&server, Offer::default()).is_empty());
    // Like Kubernetes: another file replaces it.
    let expired = scene.authority.server(Valid::Before);
    let [key, certificate] = [("new.key", expired.key), ("new.crt", expired.certificate)]
        .map(|(name, pem)| scene.folder.write(name, pem));
    fs::rename(key, scene.folder.join("server.key")).unwrap();
    fs::rename(certificate, scene.folder.join("server.crt")).unwrap();
    until("the next one is", || !scene.told(&server, Offer::default()).is_empty());
}

#[test]
fn open_connections_go_on() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let (mut client, _) = scene.connect(&server, Offer::default()).unwrap();
    assert_eq!(client.request("GET", "/-/healthy", "").status(), 200);
    scene.renew(Valid::Before);
    until("an expired certificate is shown", || !scene.told(&server, Offer::default()).is_empty());
    assert_eq!(client.request("GET", "/-/healthy", "").status(), 200);
}

#[test]
fn the_policy_for_clients_and_their_authority_follow() {
    let scene = Scene::new();
    let policy = |policy| format!("{TLS}  client_ca_file: ca.crt\n  client_auth_type: {policy}\n");
    let server = scene.serve(&policy("RequireAndVerifyClientCert"));
    assert_ne!(scene.told(&server, Offer::default()), "");
    scene.write(policy("VerifyClientCertIfGiven"));
    until("a client without a certificate is let in", || scene.told(&server, Offer::default()).is_empty());

    let other = Authority::new("other");
    let known = other.client(vec![], Valid::Now);
    let told = || scene.told(&server, Offer { certificate: Some(&known), ..Offer::default() });
    assert_ne!(told(), "");
    scene.folder.write("ca.crt", &other.certificate);
    until("a client of the other authority is let in", || told().is_empty());
}

#[test]
fn tls_begins_while_it_is_served() {
    let scene = Scene::new();
    let server = scene.serve("");
    assert_eq!(status(&server, ""), 200);
    scene.write(TLS);
    until("TLS is spoken", || scene.told(&server, Offer::default()).is_empty());
}

#[test]
fn what_is_refused_changes_nothing_and_shows() {
    let scene = Scene::new();
    let server = scene.serve(&user("alice"));
    let (read, began) = (gauge(&server, "success_timestamp_seconds"), gauge(&server, "successful"));
    assert!((began - 1.0).abs() < f64::EPSILON && read > 1.6e9);
    for refused in
        ["basic_auth_users:\n  alice: secret\n", "{", "", "tls_server_config:\n  cert_file: gone\n"]
    {
        scene.write(user("alice"));
        until("the good one applies", || gauge(&server, "successful") > 0.5);
        scene.write(refused);
        until("the bad one shows", || gauge(&server, "successful") < 0.5);
        assert_eq!((status(&server, &as_user("alice")), status(&server, "")), (200, 401), "{refused}");
    }
    fs::remove_file(scene.file()).unwrap();
    assert_eq!((status(&server, &as_user("alice")), status(&server, "")), (200, 401));
    let before = gauge(&server, "success_timestamp_seconds");
    scene.write(user("alice"));
    until("it applies again", || gauge(&server, "successful") > 0.5);
    assert!(gauge(&server, "success_timestamp_seconds") > before);
}

#[test]
fn a_key_without_its_certificate_waits_for_it() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let expired = scene.authority.server(Valid::Before);
    scene.folder.write("server.key", &expired.key);
    let watched = Instant::now();
    while watched.elapsed() < 2 * REST {
        assert_eq!(scene.told(&server, Offer::default()), "", "the pair that was there still is");
    }
    scene.folder.write("server.crt", &expired.certificate);
    until("the other pair is shown", || !scene.told(&server, Offer::default()).is_empty());
}

/// The content between two writes of an editor was not intended.
#[test]
fn a_file_that_is_being_written_is_not_taken() {
    let scene = Scene::new();
    let (whole, half) = (user("alice"), user("mallory"));
    let server = scene.serve(&whole);
    sleep(REST);
    let began = Instant::now();
    while began.elapsed() < 2 * REST {
        scene.write(&half);
        let written = Instant::now();
        let let_in = status(&server, &as_user("mallory")) == 200;
        assert!(!let_in || written.elapsed() > REST / 2, "it was left alone for {:?}", written.elapsed());
        scene.write(&whole);
    }
    sleep(REST);
    assert!((gauge(&server, "successful") - 1.0).abs() < f64::EPSILON);
}

/// Protection is removed only by a restart.
#[test]
fn protection_is_not_taken_away() {
    let scene = Scene::new();
    let server = scene.serve(&format!("{TLS}{}", user("alice")));
    let asked = || scene.ask_with(&server, Offer::default(), "/metrics", "").map(|answer| answer.status());
    for less in ["", TLS, &user("alice")] {
        scene.write(less);
        sleep(REST);
        assert_eq!(asked().unwrap(), 401, "{less}");
    }
}

#[test]
fn a_limit_follows_and_what_is_left_alone_keeps_its_count() {
    let scene = Scene::new();
    let limit = "rate_limit: {interval: 1h, burst: 2}\n";
    let server = scene.serve(limit);
    let asked = || server.get("/-/healthy", "").status();
    assert_eq!([asked(), asked(), asked()], [200, 200, 429]);
    scene.write(format!("{limit}# another text\n"));
    sleep(REST);
    assert_eq!([asked(), asked()], [429, 429], "the same limit");
    scene.write("");
    until("there is no limit", || asked() == 200);
    assert_eq!([asked(), asked(), asked()], [200; 3]);
    scene.write(limit);
    until("there is one again, with another burst", || asked() == 429);
}
