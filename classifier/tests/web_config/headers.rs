// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Headers of every answer.

use crate::scene::{Scene, TLS};
use crate::tls_client::Offer;

const HEADERS: &str = "http_server_config:
  headers:
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    X-Frame-Options: sameorigin
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
    Content-Security-Policy: \"\"
";

#[test]
fn every_answer_has_the_headers_that_are_set() {
    let scene = Scene::new();
    let plain = scene.serve(HEADERS);
    let encrypted = scene.serve(&format!("{TLS}{HEADERS}"));
    for path in ["/metrics", "/", "/nowhere"] {
        for answer in [plain.get(path, ""), scene.ask_with(&encrypted, Offer::default(), path, "").unwrap()] {
            let header = |name| answer.header(name).unwrap_or_default();
            assert_eq!(header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
            assert_eq!(header("x-frame-options"), "sameorigin", "{path}: not the page's own");
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("x-xss-protection"), "1", "{path}");
        }
    }
    let page = plain.get("/", "").header("content-security-policy");
    assert!(page.is_some_and(|policy| policy.starts_with("default-src 'none'")), "what is blank is not set");
}

#[test]
fn who_is_refused_gets_them_too() {
    let scene = Scene::new();
    let hash = bcrypt::hash("secret", 4).unwrap();
    let server = scene.serve(&format!("{HEADERS}basic_auth_users:\n  alice: {hash}\n"));
    let answer = server.get("/metrics", "");
    assert_eq!((answer.status(), answer.header("x-xss-protection").as_deref()), (401, Some("1")));
}
