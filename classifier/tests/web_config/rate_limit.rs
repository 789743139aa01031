// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rate limit of requests.

use crate::scene::{Scene, until};

fn statuses(server: &crate::served::Served, requests: usize) -> Vec<u16> {
    (0..requests).map(|_| server.get("/-/healthy", "").status()).collect()
}

#[test]
fn without_an_interval_there_is_no_limit() {
    let scene = Scene::new();
    for limit in ["{}", "{burst: 1}", "{interval: 0, burst: 0}", "{interval: 0s}"] {
        let server = scene.serve(&format!("rate_limit: {limit}\n"));
        assert_eq!(statuses(&server, 11), [200; 11], "{limit}");
    }
}

#[test]
fn a_burst_is_answered_and_the_rest_is_told_to_wait() {
    let scene = Scene::new();
    let server = scene.serve("rate_limit:\n  interval: 1h\n  burst: 3\n");
    assert_eq!(statuses(&server, 5), [200, 200, 200, 429, 429]);
    let told = server.get("/metrics", "");
    assert_eq!(told.text(), "Too Many Requests\n");
}

#[test]
fn requests_are_let_through_again_one_an_interval() {
    let scene = Scene::new();
    let server = scene.serve("rate_limit:\n  interval: 300ms\n  burst: 1\n");
    assert_eq!(statuses(&server, 2), [200, 429]);
    until("a request is let through", || server.get("/-/healthy", "").status() == 200);
    let refused = "classifier_http_requests_refused_total{reason=\"rate_limited\"} ";
    until("what was refused is counted", || {
        let metrics = server.get("/metrics", "").text();
        metrics.lines().any(|line| line.strip_prefix(refused).is_some_and(|count| count != "0"))
    });
}

/// Unauthorised clients are limited too, which slows down guessing of passwords.
#[test]
fn the_limit_comes_before_the_password() {
    let scene = Scene::new();
    let hash = bcrypt::hash("secret", 4).unwrap();
    let server = scene
        .serve(&format!("rate_limit:\n  interval: 1h\n  burst: 2\nbasic_auth_users:\n  alice: {hash}\n"));
    assert_eq!(statuses(&server, 3), [401, 401, 429]);
}
