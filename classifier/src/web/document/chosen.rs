// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Translates names of Go's `crypto/tls` to rustls.

use rustls::{
    SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{SupportedKxGroup, ring, ring::kx_group},
    version::{TLS12, TLS13},
};

use crate::located::{Located, Node, Refusal};

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::web) enum Version {
    Tls12,
    Tls13,
}

impl Version {
    pub(in crate::web) const fn in_rustls(self) -> &'static SupportedProtocolVersion {
        match self {
            Self::Tls12 => &TLS12,
            Self::Tls13 => &TLS13,
        }
    }
}

pub(super) const VERSIONS: [(&str, Version); 2] = [("TLS12", Version::Tls12), ("TLS13", Version::Tls13)];

/// Groups for the key exchange.
pub(super) const CURVES: [(&str, &dyn SupportedKxGroup); 3] =
    [("CurveP256", kx_group::SECP256R1), ("CurveP384", kx_group::SECP384R1), ("X25519", kx_group::X25519)];

/// Lists the cipher suites by IANA's names, except those of TLS 1.3, whose names in rustls have a prefix.
pub(super) fn suites() -> Vec<(String, SupportedCipherSuite)> {
    let name = |suite: &SupportedCipherSuite| {
        suite.suite().as_str().unwrap_or_default().replacen("TLS13_", "TLS_", 1)
    };
    ring::ALL_CIPHER_SUITES.iter().map(|suite| (name(suite), *suite)).collect()
}

/// Requirement for client certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::web) enum ClientAuth {
    #[default]
    NoClientCert,
    RequestClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}

const CLIENT_AUTHS: [(&str, ClientAuth); 5] = [
    ("NoClientCert", ClientAuth::NoClientCert),
    ("RequestClientCert", ClientAuth::RequestClientCert),
    ("RequireAnyClientCert", ClientAuth::RequireAnyClientCert),
    ("VerifyClientCertIfGiven", ClientAuth::VerifyClientCertIfGiven),
    ("RequireAndVerifyClientCert", ClientAuth::RequireAndVerifyClientCert),
];

/// Parses the requirement for client certificates; deprecated names are accepted too.
pub(super) fn client_auth(value: Located<Node>) -> Result<Located<ClientAuth>, Refusal> {
    let text = value.text()?;
    match text.value.as_str() {
        "" => Ok(text.with(ClientAuth::NoClientCert)),
        "RequireClientCert" => Ok(text.with(ClientAuth::RequireAnyClientCert)),
        _ => text.choice(&CLIENT_AUTHS),
    }
}
