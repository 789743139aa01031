// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Answers to HTTP requests.

use std::{io::Read, sync::atomic::Ordering};

use classifier::{config::TelemetryPath, http::Limits};
use flate2::read::GzDecoder;

use crate::{
    made_up::MadeUp,
    served::{Answer, Client, Served},
};

#[test]
fn metrics_are_text_unless_open_metrics_is_asked_for() {
    let server = Served::usual();
    let text = server.get("/metrics", "");
    assert_eq!(text.status(), 200);
    assert_eq!(text.header("content-type").unwrap(), "text/plain; version=0.0.4; charset=utf-8");
    assert!(text.text().contains("# TYPE classifier_packets_total counter\n"));

    let open = server.get("/metrics?any=query", "Accept: application/openmetrics-text;version=1.0.0\r\n");
    assert_eq!(
        open.header("content-type").unwrap(),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert!(open.text().contains("# TYPE classifier_packets counter\n"));
    assert!(open.text().ends_with("# EOF\n"));
}

#[test]
fn a_large_answer_is_packed_for_who_takes_it() {
    let server = Served::usual();
    let packed = server.get("/metrics", "Accept-Encoding: gzip\r\n");
    assert_eq!(packed.header("content-encoding").as_deref(), Some("gzip"));
    assert_eq!(packed.header("vary").as_deref(), Some("accept, accept-encoding"));
    let mut text = String::new();
    GzDecoder::new(packed.bytes()).read_to_string(&mut text).unwrap();
    assert!(text.contains("classifier_scrape_success 1\n"));
    assert!(packed.bytes().len() * 5 < text.len(), "{} of {}", packed.bytes().len(), text.len());

    let plain = server.get("/metrics", "Accept-Encoding: br\r\n");
    assert_eq!(plain.header("content-encoding"), None);
    let small = server.get("/-/healthy", "Accept-Encoding: gzip\r\n");
    assert_eq!((small.header("content-encoding"), small.text()), (None, "healthy\n".into()));
}

#[test]
fn head_is_get_without_the_body() {
    let server = Served::usual();
    for (path, status) in [("/metrics", 200), ("/", 200), ("/-/healthy", 200), ("/nowhere", 404)] {
        let mut client = server.connect();
        let head = client.request("HEAD", path, "");
        assert_eq!(head.status(), status, "{path}");
        assert!(head.header("content-length").is_some_and(|length| length != "0"), "{path}");
        let next = client.request("GET", "/-/healthy", "");
        assert_eq!(next.text(), "healthy\n", "{path}: nothing of a body stands before the next answer");
    }
}

#[test]
fn unknown_paths_and_methods_are_refused() {
    let server = Served::usual();
    for path in ["/nowhere", "/metrics/", "/-/", "//"] {
        assert_eq!(server.get(path, "").status(), 404, "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let answer = server.connect().request(method, "/metrics", "");
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.header("allow").as_deref(), Some("GET, HEAD"), "{method}");
    }
    assert_eq!(server.connect().request("POST", "/nowhere", "").status(), 404);
}

#[test]
fn metrics_are_where_they_are_wanted() {
    let elsewhere = TelemetryPath::parse("/probe/classifier").unwrap();
    let server = Served::behind(None, elsewhere, MadeUp::default(), Limits::default());
    assert!(server.get("/probe/classifier", "").text().contains("classifier_scrape_success 1\n"));
    assert_eq!(server.get("/metrics", "").status(), 404);
    assert!(server.get("/", "").text().contains("href=\"./probe/classifier\""));

    let root = TelemetryPath::parse("/").unwrap();
    let server = Served::behind(None, root, MadeUp::default(), Limits::default());
    assert!(server.get("/", "").text().contains("classifier_scrape_success 1\n"), "no page is in the way");
}

#[test]
fn a_body_is_ignored() {
    let server = Served::usual();
    let mut client = server.connect();
    client.send(b"GET /-/healthy HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(client.answer(false).map(|answer| answer.text()).as_deref(), Some("healthy\n"));
}

#[test]
fn readiness_follows_the_interfaces() {
    let server = Served::start(MadeUp { missing: true.into(), ..MadeUp::default() }, Limits::default());
    let missing = server.get("/-/ready", "");
    assert_eq!(missing.status(), 503);
    assert_eq!(
        missing.text(),
        "not ready\neth1: no such interface\neth0: ingress xdp_native, egress tcx: physical network card\n"
    );
    assert_eq!(server.get("/-/healthy", "").status(), 200);

    server.source.missing.store(false, Ordering::Relaxed);
    let ready = server.get("/-/ready", "");
    assert_eq!(ready.status(), 200);
    assert_eq!(ready.text(), "ready\neth0: ingress xdp_native, egress tcx: physical network card\n");
}

#[test]
fn the_page_says_what_is_attached_and_may_load_nothing() {
    let server = Served::usual();
    let page = server.get("/", "");
    assert_eq!(page.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").is_some_and(|csp| csp.starts_with("default-src 'none'")));
    assert_eq!(page.header("x-content-type-options").as_deref(), Some("nosniff"));
    let text = page.text();
    for part in ["<code class=\"name\">eth0</code>", "href=\"./metrics\"", "href=\"./-/ready\""] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn every_address_is_served_and_connections_are_kept() {
    let server = Served::usual();
    for address in &server.addresses {
        let mut client = Client::connect(*address);
        let statuses: Vec<_> = (0..3).map(|_| client.request("GET", "/-/healthy", "").status()).collect();
        assert_eq!(statuses, [200; 3], "{address}");
    }
}

#[test]
fn requests_sent_at_once_are_answered_in_order() {
    let server = Served::usual();
    let mut client = server.connect();
    client.send(b"GET /-/healthy HTTP/1.1\r\nHost: t\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n");
    let statuses: Vec<_> = (0..2).filter_map(|_| client.answer(false).as_ref().map(Answer::status)).collect();
    assert_eq!(statuses, [200, 404]);
}

#[test]
fn a_failed_read_is_said_and_the_rest_is_still_there() {
    let server = Served::usual();
    assert!((server.sample("classifier_scrape_success") - 1.0).abs() < f64::EPSILON);
    server.source.failing.store(true, Ordering::Relaxed);
    let failed = server.get("/metrics", "");
    assert_eq!(failed.status(), 200);
    let text = failed.text();
    assert!(text.contains("\nclassifier_scrape_success 0\n"), "{text}");
    assert!(text.contains("\nprocess_resident_memory_bytes "), "{text}");
    assert!(!text.contains("classifier_packets_total"), "{text}");
}
