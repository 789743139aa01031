// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Admission of client certificates.

use rcgen::SanType;

use crate::{
    authority::{Authority, Pair, Valid, block, dns, self_signed, version_1},
    scene::{Scene, TLS},
    tls_client::Offer,
};

const LET_IN: &str = "";
const REQUIRED: &str = "CertificateRequired";
const EXPIRED: &str = "CertificateExpired";
const STRANGE: &str = "UnknownCA";

fn showing(certificate: &Pair) -> Offer<'_> {
    Offer { certificate: Some(certificate), ..Offer::default() }
}

#[test]
fn each_policy_lets_in_whom_it_says() {
    let scene = Scene::new();
    let known = scene.authority.client(vec![dns("a")], Valid::Now);
    let expired = scene.authority.client(vec![dns("a")], Valid::Before);
    let strange = Authority::new("another").client(vec![dns("a")], Valid::Now);
    for (policy, none, any, gone) in [
        ("NoClientCert", LET_IN, LET_IN, LET_IN),
        ("\"\"", LET_IN, LET_IN, LET_IN),
        ("RequestClientCert", LET_IN, LET_IN, LET_IN),
        ("RequireAnyClientCert", REQUIRED, LET_IN, LET_IN),
        ("RequireClientCert", REQUIRED, LET_IN, LET_IN),
        ("VerifyClientCertIfGiven", LET_IN, STRANGE, EXPIRED),
        ("RequireAndVerifyClientCert", REQUIRED, STRANGE, EXPIRED),
    ] {
        let asks = !["NoClientCert", "\"\""].contains(&policy);
        let ca = if asks { "  client_ca_file: ca.crt\n" } else { "" };
        let server = scene.serve(&format!("{TLS}  client_auth_type: {policy}\n{ca}"));
        let told = |offer| scene.told(&server, offer);
        for (who, told, expected) in [
            ("nobody", told(Offer::default()), none),
            ("known", told(showing(&known)), LET_IN),
            ("strange", told(showing(&strange)), any),
            ("expired", told(showing(&expired)), gone),
        ] {
            assert!(
                told.contains(expected) && told.is_empty() == expected.is_empty(),
                "{policy}: {who}: {told}"
            );
        }
    }
}

/// A certificate of version 1 may sign client certificates, and is itself none.
#[test]
fn a_certificate_of_version_1_is_an_authority_alone() {
    let scene = Scene::new();
    let old = version_1();
    scene.folder.write("old.crt", &old.certificate);
    let issued = Authority::of(&old).client(vec![dns("a")], Valid::Now);
    for policy in ["RequireAnyClientCert", "VerifyClientCertIfGiven"] {
        let server = scene.serve(&format!("{TLS}  client_auth_type: {policy}\n  client_ca_file: old.crt\n"));
        assert_eq!(scene.told(&server, showing(&issued)), LET_IN, "{policy}");
        assert_ne!(scene.told(&server, showing(&old)), LET_IN, "{policy}");
    }
}

#[test]
fn refused_certificates_are_counted() {
    let scene = Scene::new();
    let server = scene
        .serve(&format!("{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"));
    let strange = Authority::new("another").client(vec![], Valid::Now);
    assert_ne!(scene.told(&server, Offer::default()), "");
    assert_ne!(scene.told(&server, showing(&strange)), "");
    let known = scene.authority.client(vec![], Valid::Now);
    let metrics = scene.ask(&server, showing(&known)).unwrap().text();
    let counted = "classifier_http_connections_dropped_total{reason=\"client_certificate\"} 2\n";
    assert!(metrics.contains(counted), "{metrics}");
}

#[test]
fn an_authority_may_stand_in_the_file() {
    let scene = Scene::new();
    let block = block(&scene.authority.certificate);
    let server =
        scene.serve(&format!("{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca: |\n{block}"));
    let known = scene.authority.client(vec![], Valid::Now);
    assert_eq!(scene.told(&server, showing(&known)), LET_IN);
    assert!(scene.told(&server, Offer::default()).contains(REQUIRED));
}

#[test]
fn a_self_signed_certificate_is_let_in_where_it_is_listed_itself() {
    let scene = Scene::new();
    let listed = self_signed(Valid::Now);
    let expired = self_signed(Valid::Before);
    scene.folder.write("clients.crt", format!("{}{}", listed.certificate, expired.certificate));
    let server = scene.serve(&format!(
        "{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: clients.crt\n"
    ));
    assert_eq!(scene.told(&server, showing(&listed)), LET_IN);
    assert!(scene.told(&server, showing(&expired)).contains(EXPIRED));
    // The same name, but not the same key.
    assert_ne!(scene.told(&server, showing(&self_signed(Valid::Now))), LET_IN);
}

#[test]
fn one_of_the_allowed_names_must_be_in_the_certificate() {
    let scene = Scene::new();
    let all = || {
        vec![
            dns("test2.example"),
            SanType::Rfc822Name("scraper@example.org".try_into().unwrap()),
            SanType::URI("spiffe://example.org/prometheus".try_into().unwrap()),
            SanType::IpAddress([192, 0, 2, 7].into()),
            SanType::IpAddress("2001:db8::7".parse().unwrap()),
        ]
    };
    let named = scene.authority.client(all(), Valid::Now);
    let nameless = scene.authority.client(vec![], Valid::Now);
    let stranger = Authority::new("another").client(all(), Valid::Now);
    for (allowed, expected) in [
        ("[test1.example, test2.example]", true),
        ("[scraper@example.org]", true),
        ("[\"spiffe://example.org/prometheus\"]", true),
        ("[192.0.2.7]", true),
        ("[\"2001:db8::7\"]", true),
        ("[test1.example, TEST2.example, example]", false),
        ("[192.0.2.8, \"2001:db8:0::7\", client]", false),
        ("[]", false),
    ] {
        for (policy, strangers) in [("RequireAndVerifyClientCert", false), ("RequireAnyClientCert", expected)]
        {
            let server = scene.serve(&format!(
                "{TLS}  client_auth_type: {policy}\n  client_ca_file: ca.crt\n  client_allowed_sans: {allowed}\n"
            ));
            let is_in = |pair| scene.told(&server, showing(pair)).is_empty();
            let let_in = [is_in(&named), is_in(&nameless), is_in(&stranger)];
            assert_eq!(let_in, [expected, false, strangers], "{policy} {allowed}");
            assert!(scene.told(&server, Offer::default()).contains(REQUIRED));
        }
    }
}
