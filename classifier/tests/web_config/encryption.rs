// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Versions, suites and curves of TLS.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use rustls::{CipherSuite, NamedGroup, ProtocolVersion};

use crate::{
    authority::{Valid, block},
    scene::{Scene, TLS},
    served::Served,
    tls_client::{Agreed, Offer},
};

const AES_128: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
const AES_256: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
const CHACHA: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;

/// Creates an offer of TLS 1.2, where suites can be chosen.
fn with_suites(suites: &[CipherSuite]) -> Offer<'_> {
    Offer { versions: &[ProtocolVersion::TLSv1_2], suites, ..Offer::default() }
}

/// Returns the server's answer to these bytes.
fn told(server: &Served, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.addresses[0]).expect("the server listens");
    stream.write_all(bytes).expect("the server reads");
    let mut told = Vec::new();
    stream.read_to_end(&mut told).expect("the server closes in order");
    told
}

#[test]
fn without_tls_a_client_of_tls_is_told_so() {
    let scene = Scene::new();
    for configuration in ["", "# nothing\n", "---\n", "tls_server_config:\n", "tls_server_config: {}\n"] {
        let server = scene.serve(configuration);
        assert_eq!(server.get("/metrics", "").status(), 200, "{configuration}");
        assert!(scene.told(&server, Offer::default()).contains("corrupt message"), "{configuration}");
    }
}

#[test]
fn with_tls_a_client_of_plain_http_is_told_so() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let told = String::from_utf8(told(&server, b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n")).unwrap();
    assert!(told.starts_with("HTTP/1.0 400 Bad Request\r\n"), "{told}");
    assert!(told.ends_with("\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"), "{told}");

    let dropped = "classifier_http_connections_dropped_total{reason=\"not_tls\"} 1\n";
    let metrics = scene.ask(&server, Offer::default()).unwrap().text();
    assert!(metrics.contains(dropped), "{metrics}");
}

#[test]
fn both_versions_are_spoken_and_nothing_below() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    for version in [ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3] {
        let (_, agreed) = scene.connect(&server, Offer { versions: &[version], ..Offer::default() }).unwrap();
        assert_eq!(agreed.version, version);
    }
    // A client of TLS 1.1: a record with a ClientHello of that version without extensions.
    let mut hello = vec![22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0]);
    let told = told(&server, &hello);
    assert_eq!(told[0], 21, "an alert");
    assert!([[2, 40], [2, 70]].contains(&[told[5], told[6]]), "fatal: it fails for the version: {told:?}");
}

#[test]
fn versions_can_be_kept_to_one() {
    let scene = Scene::new();
    for (bound, spoken, other) in [
        ("min_version: TLS13", ProtocolVersion::TLSv1_3, ProtocolVersion::TLSv1_2),
        ("max_version: TLS12", ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3),
    ] {
        let server = scene.serve(&format!("{TLS}  {bound}\n"));
        assert_eq!(scene.connect(&server, Offer::default()).unwrap().1.version, spoken, "{bound}");
        let told = scene.told(&server, Offer { versions: &[other], ..Offer::default() });
        assert!(told.contains("ProtocolVersion"), "{bound}: {told}");
    }
}

#[test]
fn certificate_and_key_may_stand_in_the_file() {
    let scene = Scene::new();
    let pair = scene.authority.server(Valid::Now);
    let (certificate, key) = (block(&pair.certificate), block(&pair.key));
    scene.folder.write("inline.key", &pair.key);
    for keys in [
        format!("  cert: |\n{certificate}  key: |\n{key}"),
        format!("  cert: |\n{certificate}  key_file: inline.key\n"),
    ] {
        let server = scene.serve(&format!("tls_server_config:\n{keys}"));
        assert_eq!(scene.told(&server, Offer::default()), "");
    }
}

#[test]
fn suites_that_are_listed_are_spoken_in_tls_1_2_and_no_others() {
    let scene = Scene::new();
    let server = scene.serve(&format!(
        "{TLS}  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"
    ));
    let suite = |suites: &[CipherSuite]| Some(scene.connect(&server, with_suites(suites)).ok()?.1.suite);
    assert_eq!(suite(&[AES_128]), Some(AES_128));
    assert_eq!(suite(&[AES_128, AES_256]), Some(AES_256), "the server's order counts");
    assert_eq!(suite(&[CHACHA]), None);
    assert!(scene.told(&server, with_suites(&[CHACHA])).contains("HandshakeFailure"));
    let newer = scene.connect(&server, Offer::default()).unwrap().1;
    assert_eq!(newer.version, ProtocolVersion::TLSv1_3, "which has suites of its own");
}

#[test]
fn a_client_may_choose_the_suite_where_it_is_let() {
    let scene = Scene::new();
    let server = scene.serve(&format!(
        "{TLS}  prefer_server_cipher_suites: false\n  cipher_suites:\n  \
         - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"
    ));
    let suite = |suites: &[CipherSuite]| scene.connect(&server, with_suites(suites)).unwrap().1.suite;
    assert_eq!([suite(&[AES_128, AES_256]), suite(&[AES_256, AES_128])], [AES_128, AES_256]);
}

#[test]
fn curves_that_are_listed_are_used_and_no_others() {
    let scene = Scene::new();
    let server = scene.serve(&format!("{TLS}  curve_preferences: [CurveP384, CurveP256]\n"));
    let group = |groups: &[NamedGroup]| {
        let offer = Offer { groups, ..Offer::default() };
        scene
            .connect(&server, offer)
            .map(|(_, Agreed { group, .. })| group)
            .map_err(|error| error.to_string())
    };
    assert_eq!(group(&[NamedGroup::secp256r1]), Ok(NamedGroup::secp256r1));
    assert_eq!(group(&[NamedGroup::secp384r1]), Ok(NamedGroup::secp384r1));
    assert_ne!(group(&[]), Ok(NamedGroup::X25519), "which is what the client would rather have");
    assert!(group(&[NamedGroup::X25519]).unwrap_err().contains("HandshakeFailure"));
}

#[test]
fn http_1_1_is_agreed_upon_whatever_http2_says() {
    let scene = Scene::new();
    for http2 in [true, false] {
        let server = scene.serve(&format!("{TLS}http_server_config:\n  http2: {http2}\n"));
        let offer = Offer { protocols: &[b"h2", b"http/1.1"], ..Offer::default() };
        assert_eq!(scene.connect(&server, offer).unwrap().1.protocol.as_deref(), Some(&b"http/1.1"[..]));
        assert_eq!(scene.told(&server, Offer::default()), "");
    }
}

#[test]
fn who_trusts_another_authority_or_an_expired_certificate_leaves() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let stranger = Scene::new();
    let told = stranger.told(&server, Offer::default());
    assert!(told.contains("invalid peer certificate"), "{told}");
    for (valid, why) in [(Valid::Before, "certificate expired"), (Valid::Later, "certificate not valid yet")]
    {
        scene.renew(valid);
        let server = scene.serve(TLS);
        let told = scene.told(&server, Offer::default());
        assert!(told.contains(why), "{told}");
    }
}
