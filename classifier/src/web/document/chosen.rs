//! Names from Go's `crypto/tls`, as far as rustls has what they stand for.

use super::At;
use crate::web::refusal::Refusal;
use rustls::{
    SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{SupportedKxGroup, ring},
    version::{TLS12, TLS13},
};

/// Something that is chosen by its name.
pub(in crate::web) trait Chosen: Sized {
    /// What it is.
    const KIND: &'static str;

    /// All that can be chosen, in the order in which they are proposed.
    fn all() -> Vec<(String, Self)>;

    /// What is understood beside them for the sake of older files.
    fn older(_text: &str) -> Option<Self> {
        None
    }
}

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

impl Chosen for Version {
    const KIND: &'static str = "TLS version";

    fn all() -> Vec<(String, Self)> {
        vec![("TLS12".into(), Self::Tls12), ("TLS13".into(), Self::Tls13)]
    }
}

/// A cipher suite.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct Suite(pub SupportedCipherSuite);

impl Chosen for Suite {
    const KIND: &'static str = "cipher suite";

    fn all() -> Vec<(String, Self)> {
        // IANA's names, but for those of TLS 1.3, which rustls tells apart by a prefix.
        let name = |suite: &SupportedCipherSuite| {
            suite.suite().as_str().unwrap_or_default().replacen("TLS13_", "TLS_", 1)
        };
        ring::ALL_CIPHER_SUITES.iter().map(|suite| (name(suite), Self(*suite))).collect()
    }
}

/// A group that keys are exchanged in.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct Curve(pub &'static dyn SupportedKxGroup);

impl Chosen for Curve {
    const KIND: &'static str = "curve";

    fn all() -> Vec<(String, Self)> {
        let groups: [(_, &'static dyn SupportedKxGroup); 3] = [
            ("CurveP256", ring::kx_group::SECP256R1),
            ("CurveP384", ring::kx_group::SECP384R1),
            ("X25519", ring::kx_group::X25519),
        ];
        groups.map(|(name, group)| (name.into(), Self(group))).into()
    }
}

/// What is asked of a client's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::web) enum ClientAuth {
    #[default]
    NoClientCert,
    RequestClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}

impl Chosen for ClientAuth {
    const KIND: &'static str = "policy for client certificates";

    fn all() -> Vec<(String, Self)> {
        let names = [
            ("NoClientCert", Self::NoClientCert),
            ("RequestClientCert", Self::RequestClientCert),
            ("RequireAnyClientCert", Self::RequireAnyClientCert),
            ("VerifyClientCertIfGiven", Self::VerifyClientCertIfGiven),
            ("RequireAndVerifyClientCert", Self::RequireAndVerifyClientCert),
        ];
        names.map(|(name, policy)| (name.into(), policy)).into()
    }

    fn older(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::NoClientCert),
            "RequireClientCert" => Some(Self::RequireAnyClientCert),
            _ => None,
        }
    }
}

/// What has this name.
pub(super) fn find<T: Chosen>(text: &At<String>) -> Result<T, Refusal> {
    let found = T::all().into_iter().find(|(name, _)| *name == text.value).map(|(_, chosen)| chosen);
    found.or_else(|| T::older(&text.value)).ok_or_else(|| {
        let all: Vec<_> = T::all().into_iter().map(|(name, _)| name).collect();
        let (name, kind) = (&text.value, T::KIND);
        text.refusal(format!("`{name}` is no {kind} that this server has; choose from {}", all.join(", ")))
    })
}
