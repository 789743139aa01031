// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Users and passwords.

use std::{
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    scene::{Scene, TLS},
    served::Served,
    tls_client::Offer,
};

/// Least cost of bcrypt.
const COST: u32 = 4;

/// Writes `basic_auth_users` with these names and passwords.
fn users(users: &[(&str, &str)], cost: u32) -> String {
    let hashed = |(user, password): &(&str, &str)| {
        format!("  {user}: {}\n", bcrypt::hash(password, cost).expect("has random numbers"))
    };
    format!("basic_auth_users:\n{}", users.iter().map(hashed).collect::<String>())
}

fn authorization(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}\r\n", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

fn login(server: &Served, user: &str, password: &str) -> u16 {
    server.get("/metrics", &authorization(user, password)).status()
}

#[test]
fn only_a_user_with_the_right_password_is_let_in() {
    let scene = Scene::new();
    let both = users(&[("carol", "carol123"), ("dave", "dave:123")], COST);
    let plain = scene.serve(&both);
    let encrypted = scene.serve(&format!("{TLS}{both}"));
    for (headers, status) in [
        (String::new(), 401),
        (authorization("dave", "dave:123"), 200),
        (authorization("carol", "carol123"), 200),
        (authorization("dave", "bad"), 401),
        (authorization("dave", "carol123"), 401),
        (authorization("dave", ""), 401),
        (authorization("", ""), 401),
        (authorization("nonexistent", "nonexistent"), 401),
        (authorization("Dave", "dave:123"), 401),
        ("Authorization: Basic !\r\n".into(), 401),
        ("Authorization: Bearer ZGF2ZTpkYXZlMTIz\r\n".into(), 401),
    ] {
        for path in ["/metrics", "/", "/-/healthy", "/-/ready", "/nowhere"] {
            let status = if path == "/nowhere" && status == 200 { 404 } else { status };
            assert_eq!(plain.get(path, &headers).status(), status, "{path} {headers}");
            let answer = scene.ask_with(&encrypted, Offer::default(), path, &headers).unwrap();
            assert_eq!(answer.status(), status, "{path} {headers}");
        }
    }
    let refused = plain.get("/metrics", "");
    assert_eq!(refused.header("www-authenticate").as_deref(), Some("Basic"));
    assert_eq!(refused.text(), "Unauthorized\n");
    let metrics = plain.get("/metrics", &authorization("dave", "dave:123")).text();
    let counted = "classifier_http_requests_refused_total{reason=\"unauthorized\"} 46\n";
    assert!(metrics.contains(counted), "9 times 5 paths, and once more: {metrics}");
}

#[test]
fn hashes_of_every_prefix_are_understood() {
    let scene = Scene::new();
    let hash = bcrypt::hash("secret", COST).unwrap();
    let server = scene.serve(&format!(
        "basic_auth_users:\n  a: {}\n  b: {hash}\n  y: {}\n",
        hash.replacen("$2b$", "$2a$", 1),
        hash.replacen("$2b$", "$2y$", 1)
    ));
    assert_eq!(["a", "b", "y"].map(|user| login(&server, user, "secret")), [200; 3]);
    assert_eq!(["a", "b", "y"].map(|user| login(&server, user, "Secret")), [401; 3]);
}

#[test]
fn many_at_once_are_told_the_same_as_one() {
    let scene = Scene::new();
    let server = scene.serve(&users(&[("alice", "alice123")], COST));
    assert_eq!((login(&server, "alice", "alice123"), login(&server, "alice", "alice1234")), (200, 401));
    thread::scope(|scope| {
        for _ in 0..10 {
            let attempts = |password, expected| {
                let server = &server;
                move || (0..10).for_each(|_| assert_eq!(login(server, "alice", password), expected))
            };
            scope.spawn(attempts("alice123", 200));
            scope.spawn(attempts("alice1234", 401));
        }
    });
}

/// CVE-2022-46146: the cached result of one request must not answer another.
#[test]
fn what_is_remembered_cannot_be_poisoned() {
    let scene = Scene::new();
    let hash = bcrypt::hash("alice123", COST).unwrap();
    let server = scene.serve(&format!("basic_auth_users:\n  alice: {hash}\n"));
    assert_eq!(login(&server, "alice", "alice123"), 200);
    assert_eq!(login(&server, &format!("alice{hash}"), "alice123"), 401);
    assert_eq!(login(&server, "alice", &format!("{hash}alice123")), 401);
    assert_eq!(login(&server, "alic", "ealice123"), 401);
    assert_eq!(login(&server, "alice", "alice123"), 200);
}

/// An unknown name is compared with another user's hash, whose password must not be accepted.
#[test]
fn no_password_lets_an_unknown_name_in() {
    let scene = Scene::new();
    let server = scene.serve(&users(&[("alice", "alice123")], COST));
    for _ in 0..2 {
        assert_eq!(login(&server, "mallory", "alice123"), 401);
        assert_eq!(login(&server, "fakeuser", "fakepassword"), 401);
    }
}

fn took(server: &Served, user: &str, password: &str) -> Duration {
    let began = Instant::now();
    let _ = login(server, user, password);
    began.elapsed()
}

/// Returns the least of a few attempts: other load can only make them longer.
fn least(attempts: impl Iterator<Item = Duration>) -> Duration {
    attempts.min().expect("a few")
}

#[test]
fn a_password_is_looked_at_once() {
    let scene = Scene::new();
    let server = scene.serve(&users(&[("alice", "alice123")], 11));
    for password in ["alice123", "wrong"] {
        let first = took(&server, "alice", password);
        let again = least((0..5).map(|_| took(&server, "alice", password)));
        assert!(again * 5 < first, "{password}: {first:?}, then {again:?}");
    }
}

#[test]
fn the_time_does_not_tell_whether_a_name_is_known() {
    let scene = Scene::new();
    let server = scene.serve(&users(&[("alice", "alice123")], 10));
    let took = |user: &str, nth| took(&server, user, &format!("wrong{nth}"));
    let (known, unknown): (Vec<_>, Vec<_>) =
        (0..8).map(|nth| (took("alice", nth), took("mallory", nth))).unzip();
    let (known, unknown) = (least(known.into_iter()), least(unknown.into_iter()));
    // Only bcrypt takes that long.
    let (less, more) = (known.min(unknown), known.max(unknown));
    assert!(more < less * 2, "known {known:?}, unknown {unknown:?}");
}

/// Wrong passwords of others are checked meanwhile, on a thread of their own.
#[test]
fn a_scrape_does_not_wait_for_passwords_that_are_tried_out() {
    let scene = Scene::new();
    let server = scene.serve(&users(&[("alice", "alice123")], 11));
    assert_eq!(login(&server, "alice", "alice123"), 200);
    let one = took(&server, "alice", "wrong");
    thread::scope(|scope| {
        for attacker in 0..8 {
            let server = &server;
            scope.spawn(move || {
                (0..3).for_each(|nth| {
                    login(server, "alice", &format!("guess {attacker} {nth}"));
                });
            });
        }
        thread::sleep(one / 2);
        let scrape = least((0..3).map(|_| took(&server, "alice", "alice123")));
        assert!(scrape < one, "{scrape:?}, where a password takes {one:?}");
    });
}
